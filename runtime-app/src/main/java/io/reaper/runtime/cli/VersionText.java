package io.reaper.runtime.cli;

import io.reaper.runtime.state.ContainerState;
import picocli.CommandLine.IVersionProvider;

/** The answer of {@code --version}, line by line as runc's callers read it. */
final class VersionText implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {
            "reaper-runtime version " + Build.VERSION,
            "commit: " + Build.COMMIT,
            "spec: " + ContainerState.OCI_VERSION
        };
    }
}
