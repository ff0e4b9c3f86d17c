package io.reaper.runtime.mount;

import io.reaper.linux.file.Fd;
import io.reaper.linux.mount.MountAttributes;
import io.reaper.linux.mount.MountTree;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;

/** Makes one mount of the container's. */
public final class EntryMounter {

    private final MountPlace place;
    private final Destinations destinations;

    public EntryMounter(MountPlace place) {
        this.place = place;
        this.destinations = new Destinations(place);
    }

    /**
     * Makes a missing mount point and mounts on it.
     *
     * @throws LinuxException in one line with the entry's place, source and destination
     */
    public void mount(MountEntry entry) {
        try {
            MountOptions options = MountOptions.of(entry.options());
            if (options.remount()) {
                remount(entry, options);
            } else if (entry.isBind()) {
                new BindMounter(place, destinations, this).mount(entry, options);
            } else {
                new FilesystemMounter(place, destinations, this).mount(entry, options);
            }
        } catch (LinuxException e) {
            throw entry.failure(e);
        }
    }

    /** What is mounted there is changed: of a bind mount the attributes, else the filesystem. */
    private void remount(MountEntry entry, MountOptions options) {
        try (Fd mounted = destinations.mounted(entry.destination())) {
            if (entry.isBind()) {
                place.changes().set(mounted, options.attributes());
            } else {
                place.changes()
                        .mount(
                                entry.source(),
                                mounted,
                                entry.type(),
                                LegacyMount.REMOUNT | LegacyMount.flags(options),
                                LegacyMount.data(options.data()));
            }
            finish(MountTree.attached(place.syscalls(), mounted), entry, options);
        }
    }

    /**
     * Everything that a tree needs from its attributes on.
     *
     * @param attributes of its root that are still to be changed
     */
    void attach(
            MountTree tree,
            Fd destination,
            MountEntry entry,
            MountAttributes attributes,
            MountOptions options) {
        boolean changed = tree.set(attributes, false);
        recursive(tree, entry, options);
        tree.attachTo(destination);
        if (!changed) {
            place.changes().set(tree.fd(), attributes);
        }
        propagate(tree.fd(), options);
    }

    /** The same for one that {@code mount(2)} has attached, with its attributes. */
    void finish(MountTree attached, MountEntry entry, MountOptions options) {
        recursive(attached, entry, options);
        propagate(attached.fd(), options);
    }

    private static void recursive(MountTree tree, MountEntry entry, MountOptions options) {
        if (!tree.set(options.recursive(), true)) {
            throw new LinuxException(
                    "recursive options ("
                            + MountOptions.recursiveWords(entry.options())
                            + ") need mount_setattr of Linux 5.12",
                    "",
                    Errno.ENOSYS);
        }
    }

    private void propagate(Fd root, MountOptions options) {
        for (OptionWord.Propagate word : options.propagation()) {
            place.changes().propagate(root, word.propagation(), word.recursive());
        }
    }
}
