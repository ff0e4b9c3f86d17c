package io.reaper.runtime.launch;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.process.Child;
import io.reaper.linux.process.ExitStatus;
import io.reaper.linux.process.ProcessInfo;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.signal.Signals;
import io.reaper.runtime.init.InitChannel;
import io.reaper.runtime.init.InitMessage;
import io.reaper.runtime.init.InitPlan;
import io.reaper.runtime.init.PlanCodec;
import io.reaper.runtime.log.RuntimeLog;
import io.reaper.runtime.state.ContainerException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The init stage as {@code create} and {@code exec} see it: a child and a channel to it. */
public final class InitProcess implements AutoCloseable {

    private final Child child;
    private final InitChannel channel;
    private final RuntimeLog log;
    private Optional<Fd> terminal = Optional.empty();

    private InitProcess(Child child, InitChannel channel, RuntimeLog log) {
        this.child = child;
        this.channel = channel;
        this.log = log;
    }

    /**
     * Starts the stage and hands it its plan.
     *
     * @param streams the program's standard input, output and error
     * @param descriptors what the program gets besides these
     * @param given what the stage finds as {@link io.reaper.runtime.init.step.StageFiles#given}; if
     *     the program waits for start first an {@code O_PATH} descriptor of exec.fifo, and the
     *     descriptor whose lock says that it still waits
     */
    public static InitProcess spawn(
            InitPlan plan,
            List<Fd> streams,
            CallerDescriptors descriptors,
            List<Fd> given,
            Birth birth,
            RuntimeLog log) {
        byte[] encoded = PlanCodec.encode(plan);
        if (encoded.length > PlanCodec.LIMIT) {
            throw new ContainerException(
                    ErrorCode.E_PROCESS_INVALID,
                    "unable to start container process: process.args and process.env: "
                            + Errno.E2BIG.text());
        }
        Fd[] pair = Fd.socketPair();
        try (Fd theirs = pair[1];
                Fd memory = Fd.memory("reaper-init-plan")) {
            memory.write(encoded);
            memory.seek(0);
            List<Fd> fds = new ArrayList<>(streams);
            fds.addAll(descriptors.table());
            fds.addAll(List.of(theirs, memory));
            fds.addAll(given);
            SpawnRequest request =
                    new SpawnRequest(
                            InitCommand.path(),
                            InitCommand.argv(descriptors.end()),
                            InitCommand.env(),
                            fds,
                            Optional.empty(),
                            true,
                            birth.newNamespaces());
            Child child =
                    Spawner.spawn(
                            request.inCgroup(birth.cgroup()).inPidNamespace(birth.pidNamespace()));
            return new InitProcess(child, new InitChannel(pair[0]), log);
        } catch (LinuxException e) {
            pair[0].close();
            throw e;
        }
    }

    /** Of a process that lives, or is our child: clock ticks since boot. */
    public static long startTime(int pid) {
        return ProcessInfo.of(pid)
                .orElseThrow(() -> new LinuxException("read /proc of", "init", Errno.ESRCH))
                .startTime();
    }

    public Child child() {
        return child;
    }

    /** Waits until init says that it is there; its pid as seen from here. */
    public int awaitPid() {
        InitMessage message = next();
        if (message instanceof InitMessage.Here) {
            return child.pid();
        }
        throw failed(message);
    }

    /** Waits until the container's mounts are made, of a stage that stops there for hooks. */
    public void awaitMounts() {
        InitMessage message = nextAnswer();
        if (!(message instanceof InitMessage.Mounted)) {
            throw failed(message);
        }
    }

    /** Lets it go on. */
    public void proceed() {
        channel.send(new InitMessage.Continue(child.pid()));
    }

    /** After {@link #awaitReady}: waits until the program runs, of a stage that does not wait. */
    public void awaitProgram() {
        Optional<InitMessage> message = channel.receive();
        if (message.isPresent()) {
            throw failed(message.get());
        }
    }

    /**
     * Waits until everything is applied and the program found.
     *
     * @throws ContainerException with the reason if init gave up or died
     */
    public void awaitReady() {
        InitMessage message = nextAnswer();
        if (!(message instanceof InitMessage.Ready)) {
            throw failed(message);
        }
    }

    /** What it says of itself meanwhile is taken note of. */
    private InitMessage nextAnswer() {
        while (true) {
            switch (next()) {
                case InitMessage.Warning(String text) -> log.warning(text);
                case InitMessage.Terminal(Fd master) -> terminal = Optional.of(master);
                case InitMessage answer -> {
                    return answer;
                }
            }
        }
    }

    /**
     * After {@link #awaitReady}: the other side of the terminal which it has made in the container;
     * the caller's to close from now on.
     */
    public Optional<Fd> takeTerminal() {
        Optional<Fd> taken = terminal;
        terminal = Optional.empty();
        return taken;
    }

    private ContainerException failed(InitMessage message) {
        if (message
                instanceof
                InitMessage.Failed(ErrorCode code, String operation, int errno, String text)) {
            log.debug("init failed: operation " + operation + ", errno " + errno);
            return new ContainerException(code, "unable to start container process: " + text);
        }
        return unexpected();
    }

    private InitMessage next() {
        Optional<InitMessage> message = channel.receive();
        return message.orElseThrow(
                () -> new ContainerException(ErrorCode.E_INIT_ENDED, end(child.pidfd().await())));
    }

    private static String end(ExitStatus status) {
        return "unable to start container process: the init stage ended early, "
                + (status.signal() == 0
                        ? "exit status " + status.code()
                        : "killed by " + Signals.name(status.signal()));
    }

    private static ContainerException unexpected() {
        return new ContainerException(
                ErrorCode.E_INTERNAL,
                "unable to start container process: the init stage sent a message out of turn");
    }

    /** Ends it and takes its status; nothing happens if that was done. */
    public void kill() {
        kill(child);
    }

    /** As {@link #kill()}, of a stage that is the program by now. */
    public static void kill(Child child) {
        try {
            child.pidfd().signal(Signals.SIGKILL);
            child.pidfd().await();
        } catch (LinuxException e) {
            boolean reaped = e.is(Errno.ESRCH) || e.is(Errno.ECHILD);
            if (!reaped) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        terminal.ifPresent(Fd::close);
        channel.close();
    }
}
