package io.reaper.runtime.cli.option;

import io.reaper.contract.ContainerId;
import picocli.CommandLine.Parameters;

/** The container that a verb is about. */
public final class ContainerArgument {

    @Parameters(
            index = "0",
            paramLabel = "ID",
            converter = ContainerIdConverter.class,
            description = "the container's name")
    ContainerId id;

    public ContainerId id() {
        return id;
    }
}
