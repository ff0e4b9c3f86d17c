package io.reaper.linux.process;

import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Kernels;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.signal.Signals;

/** Starts processes: a child sharing our memory until its {@code execve(2)}, no Java in between. */
public final class Spawner {

    private static final int PATH = 0;
    private static final int ARGV = 8;
    private static final int ENVP = 16;
    private static final int DIRECTORY = 24;
    private static final int FDS = 32;
    private static final int FD_COUNT = 40;
    private static final int CLONE_FLAGS = 48;
    private static final int NEW_SESSION = 56;
    private static final int CGROUP = 64;
    private static final int PIDFD = 72;
    private static final int PID_NAMESPACE = 88;
    private static final int STRUCT_SIZE = 96;
    private static final long NONE = -1;

    private Spawner() {}

    /**
     * Starts a child; returns once it runs the program.
     *
     * @throws LinuxException what {@code clone(2)}, {@code chdir(2)}, {@code execve(2)} or the
     *     cgroup refused; no child is left then
     */
    public static Child spawn(SpawnRequest request) {
        String cwd = request.directory().map(Object::toString).orElse(null);
        int count = request.fds().size();
        try (Memory path = Memory.string(request.path());
                Memory argv = Memory.strings(request.argv());
                Memory envp = Memory.strings(request.env());
                Memory directory = cwd == null ? null : Memory.string(cwd);
                Memory fds = Memory.of(Long.BYTES * count);
                Fd group = request.cgroup().map(Cgroup::open).orElse(null);
                Memory struct = Memory.of(STRUCT_SIZE)) {
            for (int i = 0; i < count; i++) {
                fds.bytes().putLong(i * Long.BYTES, request.fds().get(i).number());
            }
            struct.bytes()
                    .putLong(PATH, path.address())
                    .putLong(ARGV, argv.address())
                    .putLong(ENVP, envp.address())
                    .putLong(DIRECTORY, directory == null ? 0 : directory.address())
                    .putLong(FDS, fds.address())
                    .putLong(FD_COUNT, count)
                    .putLong(CLONE_FLAGS, request.cloneFlags())
                    .putLong(NEW_SESSION, request.newSession() ? 1 : 0)
                    .putLong(CGROUP, group == null ? NONE : group.number())
                    .putLong(PID_NAMESPACE, request.pidNamespace().map(Fd::number).orElse(-1));
            long result = Kernels.CURRENT.spawn(struct.address());
            int pid = (int) LinuxException.check(result, "start", request.path());
            Fd pidfd = Fd.of((int) struct.bytes().getLong(PIDFD));
            Child child = new Child(pid, new Pidfd(pid, pidfd));
            if (group != null && struct.bytes().getLong(CGROUP) == NONE) {
                moveInto(request.cgroup().get(), child);
            }
            return child;
        }
    }

    private static void moveInto(Cgroup group, Child child) {
        try {
            group.add(child.pid());
        } catch (LinuxException e) {
            child.pidfd().signal(Signals.SIGKILL);
            child.pidfd().await();
            child.pidfd().close();
            throw e;
        }
    }
}
