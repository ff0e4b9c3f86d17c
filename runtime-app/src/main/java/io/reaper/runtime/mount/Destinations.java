package io.reaper.runtime.mount;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.text.Excerpt;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Finds or makes the places of mounts. A path is walked once, confined to the container's root;
 * what is mounted is mounted on the descriptor.
 */
final class Destinations {

    private static final int MODE = 0755;
    private static final int FILE_MODE = 0644;
    private static final int PATH_MAX = 4096;
    private static final int PLAIN =
            OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;

    private final MountPlace place;

    Destinations(MountPlace place) {
        this.place = place;
    }

    /** A directory that is there already. */
    Optional<Fd> find(String path) {
        return place.root().find(path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
    }

    Fd directory(String path) {
        return place.root().directory(path, MODE);
    }

    /** For a mount whose root is no directory. */
    Fd file(String path) {
        try {
            return place.root().file(path, FILE_MODE);
        } catch (LinuxException e) {
            throw e.is(Errno.EISDIR)
                    ? new LinuxException("mount a file on a directory", "", Errno.ENOTDIR)
                    : e;
        }
    }

    /** What is mounted at a path. */
    Fd mounted(String path) {
        return place.root().open(path, OpenFlags.O_PATH);
    }

    /**
     * A directory on whose way no link is: an image, or somebody who shares a volume with it, must
     * not say where proc and sysfs are (CVE-2019-19921, CVE-2023-27561).
     */
    Fd plainDirectory(String path, String type) {
        Fd here = place.root().fd().duplicate();
        for (String name : path.substring(1).split("/", -1)) {
            try (Fd parent = here) {
                here = plainChild(parent, name, type);
            }
        }
        return here;
    }

    private Fd plainChild(Fd parent, String name, String type) {
        long result = place.syscalls().openat(parent.number(), name, PLAIN, 0);
        if (result == -Errno.ENOENT.number()) {
            long made = place.syscalls().mkdirat(parent.number(), name, MODE);
            if (made != -Errno.EEXIST.number()) {
                LinuxException.check(made, "mkdir", name);
            }
            result = place.syscalls().openat(parent.number(), name, PLAIN, 0);
        }
        if (result == -Errno.ENOTDIR.number() || result == -Errno.ELOOP.number()) {
            throw new LinuxException(
                    "filesystem \"" + type + "\" must be mounted on ordinary directory",
                    "",
                    Errno.ENOTDIR);
        }
        return Fd.opened(result, "open", name);
    }

    /**
     * The rules of where nothing may be mounted, once links have been followed.
     *
     * @param procfs whether what comes is a procfs
     */
    void check(Fd destination, MountEntry entry, boolean procfs) {
        String path = inside(destination);
        if (path.isEmpty()) {
            throw refused(entry.destination(), " is on the top of rootfs");
        }
        if (path.equals(ProcRules.PROC) && !procfs) {
            throw refused(path, " cannot be mounted because it is not of type proc");
        }
        if (ProcRules.isBelow(path) && !(entry.isBind() && ProcRules.mayCover(path))) {
            throw refused(path, " cannot be mounted because it is inside /proc");
        }
    }

    private static LinuxException refused(String path, String problem) {
        return new LinuxException(Excerpt.quoted(path) + problem, "", Errno.EINVAL);
    }

    /** The path below the container's root; empty for that itself. */
    private String inside(Fd destination) {
        String root = path(place.root().fd());
        String path = path(destination);
        String prefix = root.equals("/") ? "" : root;
        if (path.equals(root)) {
            return "";
        }
        if (!path.startsWith(prefix + "/")) {
            throw new LinuxException("find below the root", path, Errno.ENOENT);
        }
        return path.substring(prefix.length());
    }

    private String path(Fd file) {
        try (Memory target = Memory.of(PATH_MAX)) {
            String link = "self/fd/" + file.number();
            int procfs = place.procfs().number();
            long length = place.syscalls().readlinkat(procfs, link, target, PATH_MAX);
            LinuxException.check(length, "readlink", link);
            byte[] utf8 = new byte[(int) length];
            target.bytes().get(0, utf8);
            return new String(utf8, StandardCharsets.UTF_8);
        }
    }
}
