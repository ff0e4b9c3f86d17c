package io.reaper.linux.process;

import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.file.Fd;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A child to start. It gets every signal at its default, an empty mask, and no descriptor but the
 * listed ones.
 *
 * @param path of the program; not looked up in PATH
 * @param argv with argv[0]
 * @param env {@code NAME=value}, the whole environment
 * @param fds element i becomes descriptor i; {@link #CLOSED}: none does
 * @param directory the working directory; empty: the caller's
 * @param newSession whether it calls {@code setsid(2)}
 * @param cloneFlags {@code CLONE_NEW…} of {@code clone(2)}, 0 for none
 * @param cgroup where it lives; empty: in the caller's. It is born there ({@code clone3(2)}); where
 *     that cannot be, it is moved before {@link Spawner#spawn} returns
 * @param pidNamespace the one it is born in, if that is not the caller's; its pid is told as the
 *     caller sees it
 */
public record SpawnRequest(
        String path,
        List<String> argv,
        List<String> env,
        List<Fd> fds,
        Optional<Path> directory,
        boolean newSession,
        long cloneFlags,
        Optional<Cgroup> cgroup,
        Optional<Fd> pidNamespace) {

    /** In a list of descriptors: that number is closed in the child. */
    public static final Fd CLOSED = Fd.of(-1);

    public SpawnRequest {
        argv = List.copyOf(argv);
        env = List.copyOf(env);
        fds = List.copyOf(fds);
    }

    public SpawnRequest(
            String path,
            List<String> argv,
            List<String> env,
            List<Fd> fds,
            Optional<Path> directory,
            boolean newSession,
            long cloneFlags) {
        this(
                path,
                argv,
                env,
                fds,
                directory,
                newSession,
                cloneFlags,
                Optional.empty(),
                Optional.empty());
    }

    public static SpawnRequest of(List<String> argv, List<String> env, List<Fd> fds) {
        return new SpawnRequest(argv.getFirst(), argv, env, fds, Optional.empty(), false, 0);
    }

    public SpawnRequest inDirectory(Path newDirectory) {
        return new SpawnRequest(
                path,
                argv,
                env,
                fds,
                Optional.of(newDirectory),
                newSession,
                cloneFlags,
                cgroup,
                pidNamespace);
    }

    public SpawnRequest inNewSession() {
        return new SpawnRequest(
                path, argv, env, fds, directory, true, cloneFlags, cgroup, pidNamespace);
    }

    public SpawnRequest inCgroup(Optional<Cgroup> group) {
        return new SpawnRequest(
                path, argv, env, fds, directory, newSession, cloneFlags, group, pidNamespace);
    }

    public SpawnRequest inPidNamespace(Optional<Fd> namespace) {
        return new SpawnRequest(
                path, argv, env, fds, directory, newSession, cloneFlags, cgroup, namespace);
    }
}
