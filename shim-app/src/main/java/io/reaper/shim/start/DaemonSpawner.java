package io.reaper.shim.start;

import static io.reaper.linux.seam.OpenFlags.O_RDWR;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.process.Child;
import io.reaper.linux.process.Environment;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.group.ShimSocket;
import io.reaper.shim.group.StartChannel;
import io.reaper.shim.input.BootstrapInput;
import io.reaper.shim.input.ShimFlags;
import io.reaper.shim.log.ShimLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Starts the daemon in a session of its own, holding nothing of our stdin, stdout and stderr
 * (containerd waits for their end), and waits until it says that its socket is open.
 */
final class DaemonSpawner {

    /** The descriptor of the {@link StartChannel} in the daemon. */
    static final int START_FD = 3;

    private final ShimFlags flags;
    private final Map<String, String> settings;
    private final ShimLog log;

    /**
     * Starts daemons with our environment.
     *
     * @param settings variables that take the place of ours
     */
    DaemonSpawner(ShimFlags flags, Map<String, String> settings, ShimLog log) {
        this.flags = flags;
        this.settings = settings;
        this.log = log;
    }

    /**
     * Starts the daemon of a group.
     *
     * @param id of its first container
     * @return to be told when the address has been printed
     * @throws ShimException FAILED with the daemon's own words if it did not come up
     */
    StartChannel spawn(ContainerId group, ContainerId id, ShimSocket socket, BootstrapInput input) {
        Fd[] pair = Fd.socketPair();
        StartChannel channel = new StartChannel(pair[0]);
        try {
            List<String> arguments = arguments(group, id, socket, input);
            Child daemon = spawn(SelfCommand.current(), arguments, pair[1]);
            try (Pidfd pidfd = daemon.pidfd()) {
                OomScore.raise(daemon.pid(), log);
                Optional<String> reason = channel.awaitReady();
                if (reason.isPresent()) {
                    throw new ShimException(
                            ErrorCode.E_DAEMON_FAILED,
                            ShimException.Kind.FAILED,
                            failure(pidfd, reason.get()));
                }
            }
            log.info("started daemon " + daemon.pid() + " at " + socket.address());
            return channel;
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The channel's other end is the daemon's alone: it closes at its death. */
    private Child spawn(SelfCommand self, List<String> arguments, Fd theirs) {
        List<String> argv = new ArrayList<>(self.words());
        argv.addAll(arguments);
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.putAll(settings);
        // one arena of the C library for all threads, which hardly use it (mallopt(3))
        variables.putIfAbsent("MALLOC_ARENA_MAX", "1");
        try (theirs;
                Fd none = Fd.open(Path.of("/dev/null"), O_RDWR)) {
            return Spawner.spawn(
                    new SpawnRequest(
                            self.path(),
                            argv,
                            Environment.entries(variables),
                            List.of(none, none, none, theirs),
                            Optional.of(Path.of("/")),
                            true,
                            0));
        }
    }

    private List<String> arguments(
            ContainerId group, ContainerId id, ShimSocket socket, BootstrapInput input) {
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of("-namespace", flags.namespace(), "-id", group.value()));
        arguments.addAll(List.of("-expect", id.value()));
        arguments.addAll(List.of("-address", flags.address(), "-bundle", flags.bundle() + ""));
        arguments.addAll(List.of("-socket", socket.path() + "", "-start-fd", START_FD + ""));
        if (flags.ttrpcAddress().isEmpty() && input.ttrpcAddress().isPresent()) {
            arguments.addAll(List.of("-ttrpc-address", input.ttrpcAddress().get()));
        }
        if (flags.debug() || input.debug()) {
            arguments.add("-debug");
        }
        arguments.add("serve");
        return arguments;
    }

    private static String failure(Pidfd daemon, String said) {
        if (!said.isBlank()) {
            return "the daemon did not start: " + said.strip();
        }
        try {
            int status = daemon.await().shellStatus();
            return "the daemon ended with status " + status + " before its socket was open";
        } catch (LinuxException e) {
            return "the daemon ended before its socket was open";
        }
    }
}
