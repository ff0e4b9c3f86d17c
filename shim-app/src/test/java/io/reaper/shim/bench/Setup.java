package io.reaper.shim.bench;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.OpenFlags;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where and with what is measured.
 *
 * @param directory for everything that is made
 * @param tag in the names of all containers and cgroups, so that bench.sh finds the latter again
 */
record Setup(Path directory, String tag, Plan plan) {
    private static final String SYSTEM_PATH =
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    static final String OUR_RUNTIME = "reaper-runtime";

    /**
     * Copies the programs of both sides: memory that a shim shares with the shims of other
     * containerds on the machine, since they run the same file, would look smaller than it is.
     */
    void copyPrograms(Path ours) throws IOException {
        Files.createDirectories(programs());
        for (ShimPeer shim : ShimPeer.values()) {
            copy(shim == ShimPeer.REAPER ? ours.resolve(shim.program()) : find(shim.program()));
        }
        copy(ours.resolve(OUR_RUNTIME));
    }

    private void copy(Path program) throws IOException {
        copy(program.toRealPath(), programs().resolve(program.getFileName()));
    }

    /** A program for processes whose memory is measured. */
    static void copy(Path program, Path copy) throws IOException {
        Files.copy(program, copy, StandardCopyOption.COPY_ATTRIBUTES);
        try (Fd file = Fd.open(copy, OpenFlags.O_RDONLY)) {
            file.sync(); // a page that the disk has not got yet would count as dirty in its shim
        }
    }

    Path programs() {
        return directory.resolve("bin");
    }

    /** A directory on a file system in memory: the private /run. */
    static Path inMemory(String name) {
        return Path.of("/run/bench", name);
    }

    Path rootfs() {
        return directory.resolve("rootfs");
    }

    /** What every program finds in its environment. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", programs() + ":" + SYSTEM_PATH);
        environment.put("REAPER_CONFIG", "/dev/null");
        environment.put("REAPER_ISOLATION", "host");
        environment.put("REAPER_RUNTIME_PATH", programs().resolve(OUR_RUNTIME).toString());
        return environment;
    }

    Commands commands(String name) {
        return new Commands(directory.resolve(name + ".log"), environment());
    }

    static Optional<Path> lookUp(String program) {
        return List.of(SYSTEM_PATH.split(":", -1)).stream()
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Path find(String program) {
        return lookUp(program)
                .orElseThrow(() -> new IllegalStateException("not installed: " + program));
    }

    /** A directory with busybox in /bin, where a container may have its root. */
    void makeRootfs() {
        try {
            for (String name : List.of("bin", "dev", "proc", "sys")) {
                Files.createDirectories(rootfs().resolve(name));
            }
            Files.copy(
                    Path.of("/bin/busybox"),
                    rootfs().resolve("bin/busybox"),
                    StandardCopyOption.COPY_ATTRIBUTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One line for the person who waits. */
    static void progress(String format, Object... arguments) {
        System.err.printf("    " + format + "%n", arguments);
    }
}
