package io.reaper.runtime.kernel.isolation;

import io.reaper.runtime.kernel.RuntimeExtension;
import io.reaper.testing.TestCgroups;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a container might leave on the host.
 *
 * @param mounts of the machine
 * @param devices below /dev, with what they stand for, whose they are, and when that was changed
 * @param cgroups of the test's container, and the one in which it is tracked
 * @param states of containers, in the test's directory and in the one that is the default
 */
record HostPicture(
        List<String> mounts, List<String> devices, List<Path> cgroups, List<Path> states) {

    private static final Path DEV = Path.of("/dev");
    private static final String ATTRIBUTES = "unix:mode,uid,gid,rdev,ctime";

    static HostPicture of(RuntimeExtension runtime) {
        try {
            List<Path> states = new ArrayList<>(children(runtime.root()));
            states.addAll(children(Path.of("/run/reaper")));
            List<Path> cgroups = new ArrayList<>(TestCgroups.named(runtime.id()));
            cgroups.addAll(TestCgroups.named("reaper/" + runtime.id()));
            return new HostPicture(
                    Files.readAllLines(Path.of("/proc/self/mountinfo")),
                    below(DEV),
                    cgroups,
                    states);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> children(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.sorted().toList();
        }
    }

    /** Terminals and shared memory come and go with others. */
    private static List<String> below(Path directory) throws IOException {
        List<String> found = new ArrayList<>();
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes ignored)
                            throws IOException {
                        boolean others =
                                dir.equals(DEV.resolve("pts")) || dir.equals(DEV.resolve("shm"));
                        return others ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes ignored)
                            throws IOException {
                        Map<String, Object> stat =
                                Files.readAttributes(file, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
                        found.add(file + " " + new TreeMap<>(stat));
                        return FileVisitResult.CONTINUE;
                    }
                });
        return found.stream().sorted().toList();
    }
}
