package io.reaper.linux.cgroup;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.signal.Signals;
import io.reaper.linux.text.Excerpt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A control group of the unified hierarchy ({@code cgroups(7)}, version 2). */
public final class Cgroup {

    private static final int EVENTS_LIMIT = 4096;
    private static final int LIMIT = 16 * 1024 * 1024;
    private static final int PERMISSIONS = 0755;

    /** Of groups that are made to hold others: by the sticky bit we know them again. */
    private static final int FOR_OTHERS = 01000;

    private static final int POLLPRI = 2;

    private final Path directory;

    private Cgroup(Path directory) {
        this.directory = directory;
    }

    /**
     * Names a group; it need not exist.
     *
     * @param path of the group below the mount; a leading slash is ignored
     * @throws IllegalArgumentException if it is the hierarchy's root, or leads out of it
     */
    public static Cgroup at(Path mount, String path) {
        int start = 0;
        while (path.startsWith("/", start)) {
            start++;
        }
        Path relative = Path.of(path.substring(start));
        for (Path component : relative) {
            String name = component.toString();
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                throw new IllegalArgumentException(
                        "cgroup path " + Excerpt.quoted(path) + " names no group of its own");
            }
        }
        return new Cgroup(mount.resolve(relative));
    }

    public Path directory() {
        return directory;
    }

    /** A handle of its directory. */
    public Fd open() {
        return Fd.open(directory, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
    }

    public boolean exists() {
        return FileStat.isDirectory(directory);
    }

    /**
     * Makes the group and what is missing above it, which goes again with the last group in it.
     *
     * @throws LinuxException EBUSY if it exists and holds processes: they are not ours
     */
    public void create() {
        try {
            make(directory, PERMISSIONS);
        } catch (LinuxException e) {
            removeParents();
            throw e;
        }
        if (isPopulated()) {
            throw new LinuxException(
                    "use cgroup (it holds processes)", directory.toString(), Errno.EBUSY);
        }
    }

    private static void make(Path group, int mode) {
        long result = Syscalls.get().mkdirat(Syscalls.AT_FDCWD, group.toString(), mode);
        if (result == -Errno.ENOENT.number()) {
            make(group.getParent(), PERMISSIONS | FOR_OTHERS);
            make(group, mode); // once more if another's removal comes in between
        } else if (result != -Errno.EEXIST.number()) {
            LinuxException.check(result, "create cgroup", group);
        }
    }

    public void add(int pid) {
        write("cgroup.procs", Integer.toString(pid));
    }

    /** Processes of this group and all below it. */
    public List<Integer> pids() {
        List<Integer> pids = new ArrayList<>();
        for (Path group : withDescendants()) {
            for (String line : lines(group.resolve("cgroup.procs"))) {
                pids.add(Integer.valueOf(line));
            }
        }
        return pids;
    }

    /** None of a file that is missing: a group may be removed meanwhile. */
    private static List<String> lines(Path file) {
        return text(file).lines().toList();
    }

    private static String text(Path file) {
        try {
            byte[] content = LinuxFiles.read(file, LIMIT).orElse(new byte[0]);
            return new String(content, StandardCharsets.UTF_8);
        } catch (LinuxException e) {
            if (e.is(Errno.ENODEV)) {
                return ""; // removed while being read
            }
            throw e;
        }
    }

    /** Whether a process, not counting zombies, lives in it or below. */
    public boolean isPopulated() {
        return text(directory.resolve("cgroup.events")).contains("populated 1");
    }

    /** Whether its processes stand still, by its own {@code cgroup.freeze} or one above it. */
    public boolean isFrozen() {
        return text(directory.resolve("cgroup.events")).contains("frozen 1");
    }

    /** SIGKILL to every process of it, also to those forked meanwhile. */
    public void kill() {
        Optional<Fd> all = Fd.openIfPresent(directory.resolve("cgroup.kill"), OpenFlags.O_WRONLY);
        if (all.isPresent()) {
            try (Fd file = all.get()) {
                file.write(new byte[] {'1'});
            }
        } else {
            killEach();
        }
    }

    /** Before Linux 5.14; returns when nothing is left, for what is left could fork once more. */
    void killEach() {
        for (List<Integer> left = pids(); !left.isEmpty(); left = pids()) {
            for (int pid : left) {
                Syscalls.get().kill(pid, Signals.SIGKILL);
            }
        }
    }

    /**
     * Waits until no process is left in it.
     *
     * @return false if the deadline passed before
     */
    public boolean awaitEmpty(Deadline deadline) {
        Path events = directory.resolve("cgroup.events");
        Optional<Fd> present = Fd.openIfPresent(events, OpenFlags.O_RDONLY);
        if (present.isEmpty()) {
            return true;
        }
        try (Fd fd = present.get()) {
            while (true) {
                fd.seek(0);
                String text = new String(fd.readAll(EVENTS_LIMIT), StandardCharsets.US_ASCII);
                if (text.contains("populated 0")) {
                    return true;
                }
                if (Poll.await(deadline, new Poll.Entry(fd, POLLPRI))[0] == 0) {
                    return false;
                }
            }
        } catch (LinuxException e) {
            if (e.is(Errno.ENODEV)) {
                return true; // removed meanwhile
            }
            throw e;
        }
    }

    /**
     * Removes it with all groups below, and those above that were only made for it; what does not
     * exist is no error.
     *
     * @throws LinuxException EBUSY while a process lives in it
     */
    public void remove() {
        try {
            LinuxFiles.removeDirectory(directory);
        } catch (LinuxException e) {
            if (!e.is(Errno.EBUSY)) {
                throw e;
            }
            for (Path group : withDescendants().reversed()) { // groups below it, perhaps
                LinuxFiles.removeDirectory(group);
            }
        }
        removeParents();
    }

    /** Removes the groups above it that {@link #create} has made and that hold nothing any more. */
    public void removeParents() {
        try {
            for (Path group = directory.getParent(); isForOthers(group); ) {
                LinuxFiles.removeDirectory(group);
                group = group.getParent();
            }
        } catch (LinuxException e) {
            if (!e.is(Errno.EBUSY)) {
                throw e;
            }
        }
    }

    private static boolean isForOthers(Path group) {
        return FileStat.find(group)
                .filter(stat -> (stat.permissions() & FOR_OTHERS) != 0)
                .isPresent();
    }

    private List<Path> withDescendants() {
        List<Path> groups = new ArrayList<>(List.of(directory));
        for (int i = 0; i < groups.size(); i++) {
            groups.addAll(below(groups.get(i)));
        }
        return groups;
    }

    private static List<Path> below(Path group) {
        List<Path> groups = new ArrayList<>();
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(group, FileStat::isDirectory)) {
            entries.forEach(groups::add);
        } catch (IOException | DirectoryIteratorException e) {
            return groups; // removed meanwhile
        }
        return groups;
    }

    private void write(String file, String value) {
        try (Fd fd = Fd.open(directory.resolve(file), OpenFlags.O_WRONLY)) {
            fd.write(value.getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
