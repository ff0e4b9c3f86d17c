package io.reaper.testing;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileLock;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Packages of other Debian suites, fetched from the mirror in the machine's own apt sources and
 * unpacked into a cache, with nothing installed. The cache is $XDG_CACHE_HOME/reaper-test, by
 * default ~/.cache/reaper-test; a package in it is used without asking the mirror.
 */
public final class DebianPackage {
    static final Charset TEXT = StandardCharsets.UTF_8;

    private static final Duration DOWNLOAD = Duration.ofMinutes(5);
    private static final Path KEYRING = Path.of("/usr/share/keyrings/debian-archive-keyring.gpg");

    /** "deb [options] URI suite…" and deb822's "URIs: URI" (sources.list(5)). */
    private static final Pattern URI =
            Pattern.compile("^(?:URIs:\\s*|deb\\s+(?:\\[[^]]*]\\s+)?)([a-z+]+:/\\S+)");

    private DebianPackage() {}

    /**
     * The directories into which packages are unpacked, one for each, in their order. An
     * unreachable package is a failure, unless REAPER_TEST_OFFLINE=1 is set: then the tests that
     * need it are skipped.
     */
    public static List<Path> unpacked(String suite, String... names) {
        List<Path> targets = Stream.of(names).map(name -> target(suite, name)).toList();
        if (missing(suite, names).isEmpty()) {
            return targets;
        }
        Assumptions.assumeFalse(
                "1".equals(System.getenv("REAPER_TEST_OFFLINE")),
                () -> "REAPER_TEST_OFFLINE=1 and not there: " + missing(suite, names));
        try {
            Files.createDirectories(cache());
            try (RandomAccessFile file =
                            new RandomAccessFile(cache().resolve("lock").toFile(), "rw");
                    FileLock lock = file.getChannel().lock()) {
                List<String> missing = missing(suite, names);
                if (lock.isValid() && !missing.isEmpty()) {
                    fetch(suite, missing);
                }
            }
            return targets;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path target(String suite, String name) {
        return cache().resolve(suite + "-" + name);
    }

    private static List<String> missing(String suite, String... names) {
        return Stream.of(names).filter(name -> !Files.isDirectory(target(suite, name))).toList();
    }

    private static void fetch(String suite, List<String> names) throws IOException {
        Path work = Files.createTempDirectory(cache(), "apt");
        try {
            Files.createDirectories(work.resolve("lists/partial"));
            Files.createDirectories(work.resolve("cache/archives/partial"));
            Path sources = work.resolve("sources.list");
            Files.writeString(
                    sources, "deb [signed-by=%s] %s %s main%n".formatted(KEYRING, mirror(), suite));
            List<String> apt =
                    List.of(
                            "apt-get",
                            "-qq",
                            "-oDir::Etc::sourcelist=" + sources,
                            "-oDir::Etc::sourceparts=/dev/null",
                            "-oDir::State::Lists=" + work.resolve("lists"),
                            "-oDir::Cache=" + work.resolve("cache"),
                            "-oAPT::Sandbox::User=root",
                            "-oAPT::Update::Error-Mode=any");
            call(work, apt, "update");
            for (String name : names) {
                call(work, apt, "download", name + "/" + suite);
                Path deb = onlyDeb(work);
                Path unpacked = work.resolve("unpacked");
                call(work, List.of("dpkg", "-x"), deb.toString(), unpacked.toString());
                Files.move(unpacked, target(suite, name), StandardCopyOption.ATOMIC_MOVE);
                Files.delete(deb);
            }
        } finally {
            removeTree(work);
        }
    }

    /** The first URI among the sources that are signed with Debian's archive key. */
    private static String mirror() throws IOException {
        List<Path> files = new ArrayList<>(List.of(Path.of("/etc/apt/sources.list")));
        Path parts = Path.of("/etc/apt/sources.list.d");
        if (Files.isDirectory(parts)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(parts)) {
                found.forEach(files::add);
            }
        }
        for (Path file : files) {
            if (Files.isRegularFile(file)) {
                for (String line : Files.readAllLines(file, TEXT)) {
                    Matcher matcher = URI.matcher(line);
                    if (matcher.find() && matcher.group(1).matches(".*/debian/?")) {
                        return matcher.group(1);
                    }
                }
            }
        }
        throw new AssertionError("no Debian mirror in " + files);
    }

    private static Path onlyDeb(Path directory) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.deb")) {
            return found.iterator().next();
        }
    }

    private static void call(Path work, List<String> command, String... more) throws IOException {
        List<String> line = new ArrayList<>(command);
        line.addAll(List.of(more));
        File output = work.resolve("output").toFile();
        Process process =
                new ProcessBuilder(line)
                        .directory(work.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output)
                        .start();
        try {
            if (!process.waitFor(DOWNLOAD.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw failed(line, "no end within " + DOWNLOAD.toMinutes() + " minutes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        if (process.exitValue() != 0) {
            throw failed(line, Files.readString(output.toPath()));
        }
    }

    private static AssertionError failed(List<String> line, String why) {
        return new AssertionError(
                "%s failed; REAPER_TEST_OFFLINE=1 skips what needs the package%n%s"
                        .formatted(String.join(" ", line), why));
    }

    private static Path cache() {
        String home = System.getenv("XDG_CACHE_HOME");
        return (home == null || home.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(home))
                .resolve("reaper-test");
    }

    private static void removeTree(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
