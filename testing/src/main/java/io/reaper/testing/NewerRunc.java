package io.reaper.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * runc of Debian sid, which knows what the installed one does not yet (domainname, personality …).
 * It needs a newer C library than the machine's: a copy of it names that one, unpacked beside,
 * instead. By its name, since runc starts itself anew, without an environment.
 */
public final class NewerRunc {

    private static final String SUITE = "sid";

    private NewerRunc() {}

    /**
     * The program.
     *
     * @throws AssertionError when a package cannot be had, or the program does not run here
     */
    public static Path program() {
        List<Path> packages = DebianPackage.unpacked(SUITE, "runc", "libc6", "libseccomp2");
        Path program = packages.getFirst().resolve("runc-with-its-libraries");
        if (!Files.isExecutable(program)) {
            Path patchelf =
                    DebianPackage.unpacked("bookworm", "patchelf")
                            .getFirst()
                            .resolve("usr/bin/patchelf");
            try {
                make(packages, patchelf, program);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return program;
    }

    private static void make(List<Path> packages, Path patchelf, Path program) throws IOException {
        Path original = packages.getFirst().resolve("usr/sbin/runc");
        String loader = said(List.of(patchelf.toString(), "--print-interpreter", "" + original));
        List<String> libraries = new ArrayList<>();
        for (Path unpacked : packages.subList(1, packages.size())) {
            try (Stream<Path> found = Files.list(unpacked.resolve("usr/lib"))) {
                found.filter(Files::isDirectory)
                        .filter(directory -> directory.toString().endsWith("-linux-gnu"))
                        .forEach(directory -> libraries.add(directory.toString()));
            }
        }
        Path copy = Files.createTempFile(packages.getFirst(), "runc", "");
        Files.copy(original, copy, StandardCopyOption.REPLACE_EXISTING);
        said(
                List.of(
                        patchelf.toString(),
                        "--set-interpreter",
                        libraries.getFirst() + "/" + Path.of(loader).getFileName(),
                        "--force-rpath",
                        "--set-rpath",
                        String.join(":", libraries),
                        copy.toString()));
        said(List.of(copy.toString(), "--version"));
        Files.move(copy, program, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String said(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), DebianPackage.TEXT);
        try {
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        return said.strip();
    }
}
