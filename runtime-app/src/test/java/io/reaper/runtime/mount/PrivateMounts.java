package io.reaper.runtime.mount;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.RootDirectory;
import io.reaper.linux.mount.MountAttributes;
import io.reaper.linux.mount.MountChanges;
import io.reaper.linux.mount.MountTree;
import io.reaper.linux.mount.Propagation;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import io.reaper.runtime.bundle.IsolationSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A thread with a mount namespace of its own, and a container's root in it. Everything that is
 * mounted is gone when the thread has ended.
 */
final class PrivateMounts {

    private static final int CLONE_NEWNS = 0x20000;

    private final Path work;
    private final Syscalls syscalls;
    private final Fd procfs = directory(Path.of("/proc"));
    private final RootDirectory root;
    private final List<MountTree> late = new ArrayList<>();

    interface Body {
        void run(PrivateMounts mounts) throws Exception;
    }

    private PrivateMounts(Path work, Syscalls syscalls) throws IOException {
        this.work = work;
        this.syscalls = syscalls;
        LinuxException.check(Syscalls.get().unshare(CLONE_NEWNS), "unshare", "");
        try (Fd top = directory(Path.of("/"))) {
            changes().propagate(top, Propagation.PRIVATE, true);
        }
        Path rootfs = Files.createDirectories(rootfs());
        try (Fd place = directory(rootfs)) {
            MountTree tree = MountTree.copyOf(Syscalls.get(), place, true);
            tree.attachTo(place);
            root = new RootDirectory(tree.fd());
        }
    }

    static Fd directory(Path path) {
        return Fd.open(path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
    }

    static void in(Path work, Body body) {
        in(work, Syscalls.get(), body);
    }

    /**
     * Runs a test.
     *
     * @param work of the machine: has "rootfs", and is the bundle
     * @param syscalls that make the mounts
     */
    static void in(Path work, Syscalls syscalls, Body body) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                PrivateMounts mounts = new PrivateMounts(work, syscalls);
                                try {
                                    body.run(mounts);
                                } finally {
                                    mounts.late.forEach(MountTree::close);
                                    mounts.root.close();
                                    mounts.procfs.close();
                                }
                            } catch (Throwable e) {
                                failure.set(e);
                            }
                        });
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        switch (failure.get()) {
            case null -> {}
            case Error e -> throw e;
            case RuntimeException e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    Path work() {
        return work;
    }

    Path rootfs() {
        return work.resolve("rootfs");
    }

    RootDirectory root() {
        return root;
    }

    MountChanges changes() {
        return new MountChanges(syscalls, procfs);
    }

    /** What is left for the end, with its attribute. */
    void finish() {
        for (MountTree tree : late) {
            changes().set(tree.fd(), MountAttributes.READ_ONLY);
        }
    }

    /** As {@code create} and the stage do it. */
    void mount(IsolationSpec.Mount... mounts) {
        EntryMounter mounter = new EntryMounter(new MountPlace(syscalls, root, procfs, late::add));
        MountList.of(spec(mounts), work, false).entries().forEach(mounter::mount);
    }

    void mount(String destination, String type, String source, String... options) {
        mount(entry(destination, type, source, options));
    }

    static IsolationSpec.Mount entry(
            String destination, String type, String source, String... options) {
        return new IsolationSpec.Mount(destination, type, source, List.of(options));
    }

    static IsolationSpec spec(IsolationSpec.Mount... mounts) {
        return new IsolationSpec(
                Optional.empty(),
                List.of(mounts),
                "",
                "",
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    /** One line of mountinfo. */
    record Line(
            String place, String options, String tags, String type, String source, String more) {}

    /** The mounts below the root, in the order in which they were made. */
    List<Line> mounted() throws IOException {
        List<Line> found = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/thread-self/mountinfo"))) {
            String[] words = line.split(" ", -1);
            int dash = List.of(words).indexOf("-");
            if (words[4].startsWith(rootfs() + "/")) {
                found.add(
                        new Line(
                                words[4].substring(rootfs().toString().length()),
                                words[5],
                                String.join(" ", List.of(words).subList(6, dash)),
                                words[dash + 1],
                                words[dash + 2],
                                words[dash + 3]));
            }
        }
        return found;
    }

    /** The topmost one at a place. */
    Line at(String place) throws IOException {
        return mounted().stream()
                .filter(line -> line.place().equals(place))
                .reduce((below, above) -> above)
                .orElseThrow(() -> new AssertionError("nothing is mounted on " + place));
    }

    /** A descriptor of the work directory's file. */
    Path file(String name, String content) throws IOException {
        Path file = work.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }
}
