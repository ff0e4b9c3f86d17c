package io.reaper.shim.runtime;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.Settings;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.process.Environment;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.self.SelfCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The OCI runtime's program. What {@code REAPER_RUNTIME_PATH} says is used, or is the error. Where
 * it says nothing, ours is looked for at its usual place, in PATH, and beside the shim.
 *
 * @param configured a path, or a bare name to be looked up in PATH; empty if it is not set
 */
public record RuntimeBinary(Optional<String> configured) {

    private static final String OURS = "reaper-runtime";
    private static final Path USUAL = Path.of("/usr/local/bin");

    private static final String REMEDY =
            "; install it there or set "
                    + Settings.RUNTIME_PATH
                    + " in the handler's options, for containerd, or in /etc/reaper/reaper.conf";

    public static RuntimeBinary of(String configured) {
        return new RuntimeBinary(Optional.of(configured));
    }

    /** Ours, wherever it is. */
    public static RuntimeBinary unset() {
        return new RuntimeBinary(Optional.empty());
    }

    /** For messages. */
    String name() {
        return configured.orElse(OURS);
    }

    /**
     * Its path now.
     *
     * @throws ShimException FAILED_PRECONDITION naming what was looked at and the variable
     */
    public String find() {
        String path = Environment.variable("PATH");
        String searchPath = path == null ? "" : path;
        return configured
                .map(name -> find(name, searchPath))
                .orElseGet(() -> search(USUAL, searchPath));
    }

    static String find(String configured, String searchPath) {
        if (configured.indexOf('/') < 0) {
            return lookUp(configured, directories(searchPath))
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

    private static String search(Path usual, String searchPath) {
        return lookUp(OURS, List.of(usual))
                .orElseGet(() -> search(usual, searchPath, SelfCommand.current().directory()));
    }

    static String search(Path usual, String searchPath, Optional<Path> own) {
        List<Path> places = new ArrayList<>(List.of(usual));
        places.addAll(directories(searchPath));
        own.ifPresent(places::add);
        return lookUp(OURS, places).orElseThrow(() -> nowhere(usual, searchPath, own));
    }

    /**
     * Absolute ones only. An empty or a relative element means the current directory or one below
     * it: for us a bundle, which is no place for programs that root runs.
     */
    private static List<Path> directories(String searchPath) {
        List<Path> found = new ArrayList<>();
        for (String directory : searchPath.split(":", -1)) {
            if (directory.startsWith("/")) {
                found.add(Path.of(directory));
            }
        }
        return found;
    }

    private static Optional<String> lookUp(String name, List<Path> directories) {
        for (Path directory : directories) {
            Path program = directory.resolve(name);
            if (Files.isRegularFile(program) && Files.isExecutable(program)) {
                return Optional.of(program.toString());
            }
        }
        return Optional.empty();
    }

    private static ShimException nowhere(Path usual, String searchPath, Optional<Path> own) {
        return ShimException.failedPrecondition(
                ErrorCode.E_RUNTIME_NOT_FOUND,
                "OCI runtime binary not found: no executable "
                        + OURS
                        + " in "
                        + usual
                        + ", in the absolute directories of PATH="
                        + searchPath
                        + own.map(directory -> ", or beside the shim in " + directory).orElse("")
                        + REMEDY);
    }

    private static ShimException unusable(String configured, String reason) {
        return ShimException.failedPrecondition(
                ErrorCode.E_RUNTIME_NOT_FOUND,
                "OCI runtime \"" + configured + "\" cannot be run: " + reason + REMEDY);
    }
}
