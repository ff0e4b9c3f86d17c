package io.reaper.shim.cli;

import io.reaper.linux.file.Fd;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code -v}. */
@Command(name = "version", hidden = true)
public final class VersionCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        String commit = Version.COMMIT.map(name -> ", commit " + name).orElse("");
        String line = "containerd-shim-reaper-v2 version " + Version.NUMBER + commit + "\n";
        Fd.of(1).write(line.getBytes(StandardCharsets.UTF_8));
        return 0;
    }
}
