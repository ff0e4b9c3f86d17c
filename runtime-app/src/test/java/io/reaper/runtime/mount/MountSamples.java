package io.reaper.runtime.mount;

import io.reaper.runtime.bundle.IsolationSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Lists of mounts, sensible and not, the same for the same seed. */
public final class MountSamples {

    /** As many as the long tests try, or a tenth of them. */
    public static final int COUNT = Boolean.getBoolean("reaper.test.long") ? 20_000 : 2_000;

    private static final List<String> DESTINATIONS =
            List.of(
                    "/a",
                    "/a/b",
                    "/a/b/c",
                    "/data",
                    "data",
                    "x/../y",
                    "/link",
                    "/link/new",
                    "/dangling",
                    "/up/x",
                    "/file",
                    "/file/x",
                    "/dev",
                    "/dev/shm",
                    "/dev/pts",
                    "/dev/mqueue",
                    "/proc",
                    "/proc/self",
                    "/proc/uptime",
                    "/proc/../proc",
                    "/sys",
                    "/sys/fs/cgroup",
                    "/",
                    "",
                    ".",
                    "..",
                    "//a///b/",
                    "/ü/é",
                    "/loop",
                    "/magic/x",
                    "/a b",
                    "/a\nb",
                    "/a\0b",
                    "/tmp",
                    "/etc/hosts",
                    "/etc",
                    "/p",
                    "/p/self",
                    "/" + "long".repeat(80));

    private static final List<String> TYPES =
            List.of(
                    "",
                    "",
                    "bind",
                    "none",
                    "tmpfs",
                    "tmpfs",
                    "tmpfs",
                    "proc",
                    "sysfs",
                    "devpts",
                    "mqueue",
                    "cgroup",
                    "cgroup2",
                    "overlay",
                    "ramfs",
                    "nosuchfs",
                    "ext4",
                    "t\0",
                    "tmpfs.x",
                    "TMPFS",
                    " ");

    /** No directory of the machine: what is bound is written to when a place below is made. */
    private static final List<String> SOURCES =
            List.of(
                    "",
                    "tmpfs",
                    "source",
                    "source-file",
                    "/etc/passwd",
                    "source/below",
                    "/no/such",
                    "/dev/null",
                    "/proc",
                    "/proc/self/ns/net",
                    "s\0",
                    "rootfs/a",
                    "proc",
                    "a b\n",
                    "x".repeat(300));

    private static final List<String> DATA =
            List.of(
                    "size=64k",
                    "mode=1777",
                    "mode=755",
                    "mode=9",
                    "size=x",
                    "newinstance",
                    "ptmxmode=0666",
                    "gid=5",
                    "hidepid=2",
                    "X-mount.mkdir",
                    "x-y",
                    "_netdev",
                    "lowerdir=/etc:/usr",
                    "lowerdir=",
                    "=",
                    "=x",
                    "x=",
                    ",",
                    ",,",
                    "a,b,c",
                    "idmap",
                    "ridmap",
                    "",
                    " ",
                    "o\0",
                    "context=\"a:b\"",
                    "\n",
                    "key=" + "v".repeat(300),
                    "nr_inodes=10",
                    "noswap",
                    "ü=é",
                    "source=other");

    private final Random random;

    private MountSamples(long seed) {
        this.random = new Random(seed);
    }

    /** One to eight mounts. */
    public static List<IsolationSpec.Mount> of(long seed) {
        return new MountSamples(seed).list();
    }

    private List<IsolationSpec.Mount> list() {
        List<IsolationSpec.Mount> mounts = new ArrayList<>();
        for (int count = 1 + random.nextInt(8); count > 0; count--) {
            List<String> options = new ArrayList<>();
            for (int left = random.nextInt(5); left > 0; left--) {
                boolean known = random.nextInt(4) != 0;
                options.add(one(known ? MountOptions.words() : DATA));
            }
            mounts.add(
                    new IsolationSpec.Mount(
                            one(DESTINATIONS), one(TYPES), one(SOURCES), List.copyOf(options)));
        }
        return mounts;
    }

    private String one(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }
}
