package io.reaper.shim.runtime;

import io.reaper.contract.AtomicFile;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.LinuxException;
import java.nio.file.Path;

/**
 * What one exec command leaves in the bundle while it runs, removed with {@link #close}.
 *
 * @param process for the runtime to read: it holds the environment, so it is root's alone
 * @param pid written by the runtime
 * @param log written by the runtime
 */
record ExecFiles(Path process, Path pid, Path log) implements AutoCloseable {

    private static final int PERMISSIONS = 0600;

    /**
     * @param name safe as a part of a file name
     * @throws LinuxException if the bundle does not take the file
     */
    static ExecFiles write(Path bundle, String name, byte[] process) {
        ExecFiles files =
                new ExecFiles(
                        bundle.resolve("exec-" + name + ".json"),
                        bundle.resolve("exec-" + name + ".pid"),
                        bundle.resolve("exec-" + name + ".log"));
        files.close(); // of a shim that was killed
        AtomicFile.write(files.process, process, PERMISSIONS);
        return files;
    }

    @Override
    public void close() {
        LinuxFiles.unlink(process);
        LinuxFiles.unlink(pid);
        LinuxFiles.unlink(log);
    }
}
