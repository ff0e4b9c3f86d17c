package io.reaper.runtime.cli.about;

import io.reaper.runtime.state.ContainerState;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.IVersionProvider;

/** The answer of {@code --version}, line by line as runc's callers read it. */
public final class VersionText implements IVersionProvider {

    @Override
    public String[] getVersion() {
        List<String> lines = new ArrayList<>();
        lines.add("reaper-runtime version " + Build.VERSION);
        Build.COMMIT.ifPresent(commit -> lines.add("commit: " + commit));
        lines.add("spec: " + ContainerState.OCI_VERSION);
        return lines.toArray(String[]::new);
    }
}
