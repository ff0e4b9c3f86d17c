package io.reaper.linux.process;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Who is whose child, by {@code /proc/PID/task/TID/children}. */
public final class ProcessTree {

    private ProcessTree() {}

    /** Children of all threads; empty if the process is gone. */
    public static List<Integer> children(int pid) {
        List<Integer> children = new ArrayList<>();
        Path tasks = Path.of("/proc", Integer.toString(pid), "task");
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
            for (Path thread : threads) {
                for (String child : read(thread.resolve("children")).split(" ", 0)) {
                    if (!child.isBlank()) {
                        children.add(Integer.valueOf(child.strip()));
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return children; // it ended while being read
        }
        return children;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return ""; // the thread ended while being read
        }
    }

    /** All below a process, parents first, without itself. */
    public static List<Integer> descendants(int pid) {
        Set<Integer> found = new LinkedHashSet<>(children(pid));
        for (Deque<Integer> parents = new ArrayDeque<>(found); !parents.isEmpty(); ) {
            for (int child : children(parents.poll())) {
                if (found.add(child)) {
                    parents.add(child);
                }
            }
        }
        return List.copyOf(found);
    }

    /** Every process of the machine's part that this one sees. */
    public static List<ProcessInfo> all() {
        List<ProcessInfo> all = new ArrayList<>();
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                ProcessInfo.of(Integer.parseInt(process.getFileName().toString()))
                        .ifPresent(all::add);
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new LinuxException("read", "/proc", Errno.EIO);
        }
        return all;
    }
}
