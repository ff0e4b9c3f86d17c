package io.reaper.shim.bench;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which cgroup hierarchies are mounted at /sys/fs/cgroup in our mount namespace. The containerd
 * parts run with the machine's own; crun refuses some machines' mixture of both versions.
 */
final class CgroupView {
    private static final String MOUNT = "/sys/fs/cgroup";

    private CgroupView() {}

    /** Replaces what is mounted there by the cgroup2 hierarchy alone, for all that comes. */
    static void unify(Setup setup) {
        if (Files.exists(Path.of(MOUNT, "cgroup.controllers"))) {
            return;
        }
        Commands commands = setup.commands("mount");
        commands.capture("/bin/umount", "--recursive", "--lazy", MOUNT);
        commands.capture("/bin/mount", "-t", "cgroup2", "none", MOUNT);
    }
}
