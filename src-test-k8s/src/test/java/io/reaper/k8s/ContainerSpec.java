package io.reaper.k8s;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A container of a pod. Start with {@link #of} and change with the others.
 *
 * @param name unique in the pod, a DNS label
 * @param command in place of the image's entrypoint
 * @param workingDir empty: the image's
 * @param runAsUser empty: the image's
 * @param runAsGroup empty: the user's; only beside a user
 * @param stdin whether standard input stays open for attached clients
 */
public record ContainerSpec(
        String name,
        List<String> command,
        List<String> args,
        Map<String, String> env,
        String workingDir,
        OptionalLong runAsUser,
        OptionalLong runAsGroup,
        boolean stdin,
        boolean tty) {

    public ContainerSpec {
        command = List.copyOf(command);
        args = List.copyOf(args);
        env = Map.copyOf(env);
    }

    public static ContainerSpec of(String name, String... command) {
        return new ContainerSpec(
                name,
                List.of(command),
                List.of(),
                Map.of(),
                "",
                OptionalLong.empty(),
                OptionalLong.empty(),
                false,
                false);
    }

    /** A script for /bin/sh. */
    public static ContainerSpec script(String name, String script) {
        return of(name, "/bin/sh", "-c", script);
    }

    public ContainerSpec withArgs(String... others) {
        return new ContainerSpec(
                name, command, List.of(others), env, workingDir, runAsUser, runAsGroup, stdin, tty);
    }

    public ContainerSpec withEnv(Map<String, String> other) {
        return new ContainerSpec(
                name, command, args, other, workingDir, runAsUser, runAsGroup, stdin, tty);
    }

    public ContainerSpec withWorkingDir(String other) {
        return new ContainerSpec(
                name, command, args, env, other, runAsUser, runAsGroup, stdin, tty);
    }

    public ContainerSpec withUser(long uid, long gid) {
        return new ContainerSpec(
                name,
                command,
                args,
                env,
                workingDir,
                OptionalLong.of(uid),
                OptionalLong.of(gid),
                stdin,
                tty);
    }

    public ContainerSpec withStdin() {
        return new ContainerSpec(
                name, command, args, env, workingDir, runAsUser, runAsGroup, true, tty);
    }

    /** With standard input, on a terminal. */
    public ContainerSpec withTerminal() {
        return new ContainerSpec(
                name, command, args, env, workingDir, runAsUser, runAsGroup, true, true);
    }
}
