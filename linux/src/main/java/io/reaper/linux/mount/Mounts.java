package io.reaper.linux.mount;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code mount(2)} and {@code umount2(2)}. */
public final class Mounts {

    private static final long MS_RDONLY = 0x1;
    private static final long MS_NOSUID = 0x2;
    private static final long MS_NODEV = 0x4;
    private static final long MS_NOEXEC = 0x8;
    private static final long MS_SYNCHRONOUS = 0x10;
    private static final long MS_REMOUNT = 0x20;
    private static final long MS_MANDLOCK = 0x40;
    private static final long MS_DIRSYNC = 0x80;
    private static final long MS_NOATIME = 0x400;
    private static final long MS_NODIRATIME = 0x800;
    private static final long MS_BIND = 0x1000;
    private static final long MS_REC = 0x4000;
    private static final long MS_UNBINDABLE = 0x20000;
    private static final long MS_PRIVATE = 0x40000;
    private static final long MS_SLAVE = 0x80000;
    private static final long MS_SHARED = 0x100000;
    private static final long MS_RELATIME = 0x200000;
    private static final long MS_STRICTATIME = 0x1000000;
    private static final long PROPAGATION = MS_UNBINDABLE | MS_PRIVATE | MS_SLAVE | MS_SHARED;

    private static final int MNT_DETACH = 2;
    private static final int UMOUNT_NOFOLLOW = 8;
    private static final int DATA_LIMIT = 4095; // the kernel copies one page with its NUL
    private static final String LOWERDIR = "lowerdir=";

    private final Syscalls syscalls;

    public Mounts(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    /** Options taken apart. */
    record Plan(long flags, long propagation, String data) {

        static Plan of(MountRequest request) {
            long flags = request.type().equals("bind") ? MS_BIND : 0;
            long propagation = 0;
            List<String> data = new ArrayList<>();
            for (String option : request.options()) {
                Flag flag = Flag.of(option);
                if (flag == null) {
                    data.add(option);
                } else if ((flag.bits & PROPAGATION) != 0) {
                    propagation = flag.bits;
                } else {
                    flags = flag.clears ? flags & ~flag.bits : flags | flag.bits;
                }
            }
            return new Plan(flags, propagation, String.join(",", data));
        }
    }

    private record Flag(long bits, boolean clears) {

        private static Flag set(long bits) {
            return new Flag(bits, false);
        }

        private static Flag clear(long bits) {
            return new Flag(bits, true);
        }

        static Flag of(String option) {
            return switch (option) {
                case "defaults" -> set(0);
                case "ro" -> set(MS_RDONLY);
                case "rw" -> clear(MS_RDONLY);
                case "nosuid" -> set(MS_NOSUID);
                case "suid" -> clear(MS_NOSUID);
                case "nodev" -> set(MS_NODEV);
                case "dev" -> clear(MS_NODEV);
                case "noexec" -> set(MS_NOEXEC);
                case "exec" -> clear(MS_NOEXEC);
                case "sync" -> set(MS_SYNCHRONOUS);
                case "async" -> clear(MS_SYNCHRONOUS);
                case "dirsync" -> set(MS_DIRSYNC);
                case "remount" -> set(MS_REMOUNT);
                case "mand" -> set(MS_MANDLOCK);
                case "nomand" -> clear(MS_MANDLOCK);
                case "noatime" -> set(MS_NOATIME);
                case "atime" -> clear(MS_NOATIME);
                case "nodiratime" -> set(MS_NODIRATIME);
                case "diratime" -> clear(MS_NODIRATIME);
                case "relatime" -> set(MS_RELATIME);
                case "norelatime" -> clear(MS_RELATIME);
                case "strictatime" -> set(MS_STRICTATIME);
                case "nostrictatime" -> clear(MS_STRICTATIME);
                case "bind" -> set(MS_BIND);
                case "rbind" -> set(MS_BIND | MS_REC);
                case "private" -> set(MS_PRIVATE);
                case "rprivate" -> set(MS_PRIVATE | MS_REC);
                case "slave" -> set(MS_SLAVE);
                case "rslave" -> set(MS_SLAVE | MS_REC);
                case "shared" -> set(MS_SHARED);
                case "rshared" -> set(MS_SHARED | MS_REC);
                case "unbindable" -> set(MS_UNBINDABLE);
                case "runbindable" -> set(MS_UNBINDABLE | MS_REC);
                default -> null;
            };
        }
    }

    /**
     * Mounts, makes a bind mount read-only by a second call, and sets its propagation.
     *
     * @throws LinuxException naming the target; nothing stays mounted
     */
    public void mount(MountRequest request) {
        Plan plan = Plan.of(request);
        boolean bind = (plan.flags & MS_BIND) != 0;
        if (plan.data.length() > DATA_LIMIT) {
            mountWithShortPaths(request, plan);
        } else {
            mountOnce(request, bind ? plan.flags & (MS_BIND | MS_REC) : plan.flags, plan.data);
        }
        try {
            long attributes = plan.flags & ~(MS_BIND | MS_REC);
            if (bind && attributes != 0) {
                String target = request.target();
                long remount = MS_REMOUNT | MS_BIND | attributes;
                check(syscalls.mount(null, target, null, remount, null), request);
            }
            if (plan.propagation != 0) {
                check(
                        syscalls.mount(null, request.target(), null, plan.propagation, null),
                        request);
            }
        } catch (LinuxException e) {
            syscalls.umount2(request.target(), MNT_DETACH | UMOUNT_NOFOLLOW);
            throw e;
        }
    }

    private void mountOnce(MountRequest request, long flags, String data) {
        check(
                syscalls.mount(request.source(), request.target(), request.type(), flags, data),
                request);
    }

    /** An overlay of many layers: their common directory becomes a descriptor's short name. */
    private void mountWithShortPaths(MountRequest request, Plan plan) {
        List<String> options = new ArrayList<>(List.of(plan.data.split(",")));
        int at = 0;
        while (at < options.size() && !options.get(at).startsWith(LOWERDIR)) {
            at++;
        }
        if (at == options.size()) {
            throw new LinuxException("mount options of", request.target(), Errno.E2BIG);
        }
        List<String> layers = List.of(options.get(at).substring(LOWERDIR.length()).split(":"));
        String common = commonDirectory(layers);
        try (Fd directory = Fd.open(Path.of(common), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
            String prefix = "/proc/self/fd/" + directory.number() + "/";
            List<String> shorter =
                    layers.stream().map(l -> prefix + l.substring(common.length())).toList();
            options.set(at, LOWERDIR + String.join(":", shorter));
            String data = String.join(",", options);
            if (data.length() > DATA_LIMIT) {
                throw new LinuxException("mount options of", request.target(), Errno.E2BIG);
            }
            mountOnce(request, plan.flags, data);
        }
    }

    /** With its final slash. */
    static String commonDirectory(List<String> paths) {
        String common = paths.getFirst();
        for (String path : paths) {
            int same = 0;
            int limit = Math.min(common.length(), path.length());
            while (same < limit && common.charAt(same) == path.charAt(same)) {
                same++;
            }
            common = common.substring(0, same);
        }
        return common.substring(0, common.lastIndexOf('/') + 1);
    }

    private static void check(long result, MountRequest request) {
        LinuxException.check(
                result,
                "mount " + request.type() + " " + request.source() + " on",
                request.target());
    }

    /**
     * Detaches everything mounted on {@code target}, the uppermost first; nothing there is no
     * error.
     */
    public void unmountAll(Path target) {
        long result;
        do {
            result = syscalls.umount2(target.toString(), MNT_DETACH | UMOUNT_NOFOLLOW);
        } while (result == 0);
        if (result != -Errno.EINVAL.number() && result != -Errno.ENOENT.number()) {
            LinuxException.check(result, "umount", target);
        }
    }
}
