package io.reaper.runtime.mount;

import io.reaper.linux.file.Fd;
import io.reaper.linux.mount.FilesystemContext;
import io.reaper.linux.mount.MountAttributes;
import io.reaper.linux.mount.MountFlags;
import io.reaper.linux.mount.MountTree;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** New filesystems: made and filled while they are attached nowhere. */
final class FilesystemMounter {

    private static final String TMPFS = "tmpfs";
    private static final Set<String> PLAIN = Set.of("proc", "sysfs");

    /**
     * Filesystems that lie on no device: their superblock may be that of others, and read-only is
     * the mount's alone.
     */
    private static final Set<String> NO_DEVICE =
            Set.of(
                    "proc",
                    "sysfs",
                    TMPFS,
                    "ramfs",
                    "devpts",
                    "devtmpfs",
                    "mqueue",
                    "cgroup",
                    "cgroup2",
                    "overlay",
                    "hugetlbfs",
                    "securityfs",
                    "selinuxfs",
                    "debugfs",
                    "tracefs",
                    "configfs",
                    "bpf",
                    "pstore",
                    "efivarfs",
                    "fusectl",
                    "binfmt_misc",
                    "rpc_pipefs",
                    "resctrl");

    private final MountPlace place;
    private final Destinations destinations;
    private final EntryMounter mounter;

    FilesystemMounter(MountPlace place, Destinations destinations, EntryMounter mounter) {
        this.place = place;
        this.destinations = destinations;
        this.mounter = mounter;
    }

    void mount(MountEntry entry, MountOptions options) {
        Optional<Fd> existing =
                entry.type().equals(TMPFS)
                        ? destinations.find(entry.destination())
                        : Optional.empty();
        try (Fd destination = existing.orElseGet(() -> destination(entry))) {
            destinations.check(destination, entry, entry.type().equals("proc"));
            List<String> data = new ArrayList<>();
            existing.ifPresent(directory -> data.add("mode=" + mode(directory)));
            data.addAll(options.data());
            if (overlong(data)) {
                mountAtOnce(entry, options, data, destination);
            } else {
                mountDetached(entry, options, data, destination);
            }
        }
    }

    private Fd destination(MountEntry entry) {
        return PLAIN.contains(entry.type())
                ? destinations.plainDirectory(entry.destination(), entry.type())
                : destinations.directory(entry.destination());
    }

    /** Of the directory that is covered; what the user wants comes after it. */
    private static String mode(Fd directory) {
        return "0" + Integer.toOctalString(directory.stat().permissions());
    }

    private static boolean overlong(List<String> data) {
        for (String option : data) {
            int value = option.length() - option.indexOf('=') - 1;
            if (value > FilesystemContext.VALUE_LIMIT / 3 // bytes of a character, at most
                    && utf8Length(option) > FilesystemContext.VALUE_LIMIT) {
                return true;
            }
        }
        return false;
    }

    private static int utf8Length(String option) {
        return option.substring(option.indexOf('=') + 1).getBytes(StandardCharsets.UTF_8).length;
    }

    /** Filled before it is seen; never read-only before /dev and the like are complete. */
    private void mountDetached(
            MountEntry entry, MountOptions options, List<String> data, Fd destination) {
        MountAttributes wanted = options.attributes();
        boolean late = isLate(entry, wanted);
        int attributes = wanted.set() & ~MountAttributes.NOSYMFOLLOW;
        try (FilesystemContext context = FilesystemContext.open(place.syscalls(), entry.type())) {
            configure(context, entry, options, data);
            MountTree tree =
                    context.mount(late ? attributes & ~MountAttributes.RDONLY : attributes);
            boolean kept = false;
            try {
                if (options.copyUp()) {
                    new CopyUp(place.syscalls()).copy(destination, tree.fd());
                }
                // with fsmount since 5.14 only
                int more = wanted.set() & MountAttributes.NOSYMFOLLOW;
                mounter.attach(tree, destination, entry, new MountAttributes(more, 0), options);
                if (late) {
                    place.readOnlyLater().accept(tree);
                    kept = true;
                }
            } finally {
                if (!kept) {
                    tree.close();
                }
            }
        }
    }

    private static boolean isLate(MountEntry entry, MountAttributes wanted) {
        return (wanted.set() & MountAttributes.RDONLY) != 0
                && (entry.type().equals(TMPFS) || entry.isOfDev());
    }

    private static void configure(
            FilesystemContext context, MountEntry entry, MountOptions options, List<String> data) {
        if (!entry.source().isEmpty()) {
            context.set("source", entry.source());
        }
        superblock(context, entry, options);
        for (String option : data) {
            int equals = option.indexOf('=');
            if (equals < 0) {
                context.flag(option);
            } else {
                context.set(option.substring(0, equals), plain(option.substring(equals + 1)));
            }
        }
    }

    /** Without what only a list with commas needs. */
    private static String plain(String value) {
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return (quoted ? value.substring(1, value.length() - 1) : value).replace("\\,", ",");
    }

    private static void superblock(
            FilesystemContext context, MountEntry entry, MountOptions options) {
        boolean readOnly = (options.attributes().set() & MountAttributes.RDONLY) != 0;
        if (readOnly && !NO_DEVICE.contains(entry.type())) {
            context.flag("ro");
        }
        flag(context, options.superblock(), MountFlags.SYNCHRONOUS, "sync");
        flag(context, options.superblock(), MountFlags.DIRSYNC, "dirsync");
        flag(context, options.superblock(), MountFlags.MANDLOCK, "mand");
        flag(context, options.superblock(), MountFlags.LAZYTIME, "lazytime");
        flag(context, options.superblockCleared(), MountFlags.SYNCHRONOUS, "async");
        flag(context, options.superblockCleared(), MountFlags.MANDLOCK, "nomand");
        flag(context, options.superblockCleared(), MountFlags.LAZYTIME, "nolazytime");
        if (entry.type().equals("ext4")) { // the others have no such option, or always do it
            flag(context, options.superblock(), MountFlags.I_VERSION, "i_version");
        }
    }

    private static void flag(FilesystemContext context, long flags, long flag, String key) {
        if ((flags & flag) != 0) {
            context.flag(key);
        }
    }

    /**
     * With values longer than the kernel takes one by one, such as many layers of an overlay: the
     * place is found a second time, and what is done to it fails where it is not the mount's root.
     */
    private void mountAtOnce(
            MountEntry entry, MountOptions options, List<String> data, Fd destination) {
        if (options.copyUp()) {
            throw new LinuxException("tmpcopyup with options", "", Errno.E2BIG);
        }
        boolean late = isLate(entry, options.attributes());
        long flags = LegacyMount.flags(options) & ~(late ? MountFlags.RDONLY : 0);
        place.changes()
                .mount(entry.source(), destination, entry.type(), flags, LegacyMount.data(data));
        MountTree tree =
                MountTree.attached(place.syscalls(), destinations.mounted(entry.destination()));
        try {
            mounter.finish(tree, entry, options);
        } finally {
            if (late) {
                place.readOnlyLater().accept(tree);
            } else {
                tree.close();
            }
        }
    }
}
