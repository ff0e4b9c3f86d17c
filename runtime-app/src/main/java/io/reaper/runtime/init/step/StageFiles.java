package io.reaper.runtime.init.step;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.RootDirectory;
import io.reaper.linux.mount.MountTree;
import io.reaper.linux.seam.Syscalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Open files that one step leaves for the next ones. All are close-on-exec. */
public final class StageFiles {

    private final int first;
    private Optional<Fd> procfs = Optional.empty();
    private Optional<RootDirectory> root = Optional.empty();
    private boolean directoryLeft;
    private final List<MountTree> readOnlyLater = new ArrayList<>();

    /**
     * @param first the number of the first descriptor that the parent gives
     */
    public StageFiles(int first) {
        this.first = first;
    }

    /** What the parent gave, by its place in the parent's list. */
    public Fd given(int index) {
        return Fd.of(first + index);
    }

    void holdProcfs(Fd host) {
        procfs = Optional.of(host);
    }

    /**
     * The node's procfs, which no mount of the container's hides or imitates.
     *
     * @throws IllegalStateException if the plan does not begin with {@link HoldProcfs}
     */
    public Fd procfs() {
        return procfs.orElseThrow(() -> new IllegalStateException("no procfs is held"));
    }

    /** The same file, newly opened; may wait. Whatever the container has at /proc by now. */
    public Fd reopen(Fd file, int flags) {
        return procfs.isPresent() ? file.reopen(procfs.get(), flags) : file.reopen(flags);
    }

    /**
     * Opens a file of {@code /proc}: of the held procfs, if one is held.
     *
     * @param relative such as {@code self/oom_score_adj}
     * @return the descriptor, or −errno
     */
    long openProc(Syscalls syscalls, String relative, int flags) {
        return procfs.isPresent()
                ? syscalls.openat(procfs.get().number(), relative, flags, 0)
                : syscalls.openat(Syscalls.AT_FDCWD, "/proc/" + relative, flags, 0);
    }

    /** The working directory is the program's user's to enter, not the stage's. */
    void leaveDirectory() {
        directoryLeft = true;
    }

    boolean isDirectoryLeft() {
        return directoryLeft;
    }

    /** Takes over a mount in which something is still to be made before it becomes read-only. */
    void readOnlyLater(MountTree mount) {
        readOnlyLater.add(mount);
    }

    /** Those, in the order in which they were mounted. */
    List<MountTree> readOnlyLater() {
        return readOnlyLater;
    }

    void enter(RootDirectory directory) {
        root = Optional.of(directory);
    }

    /**
     * The container's root, before and after it is entered.
     *
     * @throws IllegalStateException if no step has prepared it
     */
    public RootDirectory root() {
        return root.orElseThrow(() -> new IllegalStateException("no root is prepared"));
    }
}
