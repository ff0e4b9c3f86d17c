package io.reaper.runtime.cli.option;

import io.reaper.contract.ContainerId;
import picocli.CommandLine.ITypeConverter;

/** Lets only valid ids in; the error names what is allowed. */
public final class ContainerIdConverter implements ITypeConverter<ContainerId> {

    @Override
    public ContainerId convert(String value) {
        return ContainerId.of(value);
    }
}
