package io.reaper.linux;

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
    private static final int PIDFD = 64;
    private static final int STRUCT_SIZE = 80;

    private Spawner() {}

    /**
     * Starts a child; returns once it runs the program.
     *
     * @throws LinuxException what {@code clone(2)}, {@code chdir(2)} or {@code execve(2)} refused;
     *     no child is left then
     */
    public static Child spawn(SpawnRequest request) {
        String cwd = request.directory().map(Object::toString).orElse(null);
        int count = request.fds().size();
        try (Memory path = Memory.string(request.path());
                Memory argv = Memory.strings(request.argv());
                Memory envp = Memory.strings(request.env());
                Memory directory = cwd == null ? null : Memory.string(cwd);
                Memory fds = Memory.of(Long.BYTES * count);
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
                    .putLong(NEW_SESSION, request.newSession() ? 1 : 0);
            long result = Kernels.CURRENT.spawn(struct.address());
            int pid = (int) LinuxException.check(result, "start", request.path());
            Fd pidfd = Fd.of((int) struct.bytes().getLong(PIDFD));
            return new Child(pid, new Pidfd(pid, pidfd));
        }
    }
}
