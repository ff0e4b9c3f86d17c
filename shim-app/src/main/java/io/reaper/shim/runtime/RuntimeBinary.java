package io.reaper.shim.runtime;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.Settings;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.error.ShimException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Finds the program that {@code REAPER_RUNTIME_PATH} names. */
final class RuntimeBinary {

    private RuntimeBinary() {}

    /**
     * @param configured a path, or a bare name to be looked up
     * @param searchPath the value of PATH
     * @throws ShimException FAILED_PRECONDITION naming path, variable and reason
     */
    static String resolve(String configured, String searchPath) {
        if (configured.indexOf('/') < 0) {
            return lookUp(configured, searchPath)
                    .orElseThrow(() -> unusable(configured, "not found in PATH=" + searchPath));
        }
        if (Files.isDirectory(Path.of(configured))) {
            throw unusable(configured, "is a directory");
        }
        try {
            LinuxFiles.checkExecutable(configured);
            return configured;
        } catch (LinuxException e) {
            throw unusable(configured, e.errno().text());
        }
    }

    private static Optional<String> lookUp(String name, String searchPath) {
        return Arrays.stream(searchPath.split(":", -1))
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> Path.of(directory, name))
                .filter(path -> Files.isRegularFile(path) && Files.isExecutable(path))
                .map(Path::toString)
                .findFirst();
    }

    private static ShimException unusable(String configured, String reason) {
        return ShimException.failedPrecondition(
                ErrorCode.E_RUNTIME_NOT_FOUND,
                "OCI runtime \""
                        + configured
                        + "\" cannot be run: "
                        + reason
                        + "; install it there or set "
                        + Settings.RUNTIME_PATH
                        + " in the handler's options, for containerd, or in"
                        + " /etc/reaper/reaper.conf");
    }
}
