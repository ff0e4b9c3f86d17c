package io.reaper.runtime.mount;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.RootDirectory;
import io.reaper.linux.mount.MountChanges;
import io.reaper.linux.mount.MountTree;
import io.reaper.linux.seam.Syscalls;
import java.util.function.Consumer;

/**
 * Where mounts are made.
 *
 * @param root of the container, not entered yet
 * @param procfs of the node
 * @param readOnlyLater takes over what becomes read-only when everything is made
 */
public record MountPlace(
        Syscalls syscalls, RootDirectory root, Fd procfs, Consumer<MountTree> readOnlyLater) {

    MountChanges changes() {
        return new MountChanges(syscalls, procfs);
    }
}
