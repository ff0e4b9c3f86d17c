package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.Isolation;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.UnixSockets;
import io.reaper.linux.process.ExitStatus;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.terminal.Pty;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.container.ContainerProcesses;
import io.reaper.runtime.init.step.SetCapabilities;
import io.reaper.runtime.launch.CallerDescriptors;
import io.reaper.runtime.launch.InitProcess;
import io.reaper.runtime.launch.Launched;
import io.reaper.runtime.launch.PidFile;
import io.reaper.runtime.log.RuntimeLog;
import io.reaper.runtime.state.ContainerDirectory;
import io.reaper.runtime.state.ContainerException;
import io.reaper.runtime.state.ExecRecords.Leader;
import io.reaper.runtime.state.Snapshot;
import io.reaper.runtime.state.StateStore;
import io.reaper.runtime.state.Status;
import io.reaper.runtime.terminal.Console;
import io.reaper.runtime.terminal.Foreground;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code exec}: one more process in a running container, by the same stage as init. Takes no lock:
 * any number at the same time.
 *
 * <p>It ends with the container. So it is recorded before it may go on, and goes on only if init
 * lives after that: whoever has seen init's end finds every process there is.
 */
public final class Exec {

    /** What a receiver knows the pidfd by, as runc names it. */
    private static final String PIDFD = "setns";

    private final StateStore store;
    private final RuntimeLog log;

    public Exec(StateStore store, RuntimeLog log) {
        this.store = store;
        this.log = log;
    }

    /** Returns when the program runs. */
    public void detached(ExecRequest request) {
        new Attempt(request).launch().release();
    }

    /**
     * Returns when the program has ended.
     *
     * @return its exit status, or 128 + the signal that ended it
     */
    public int foreground(ExecRequest request) {
        try (Foreground foreground = Foreground.open()) {
            Attempt attempt = new Attempt(request);
            Launched program = attempt.launch();
            ExitStatus status = attempt.attend(foreground, program);
            return status.shellStatus();
        }
    }

    /** One exec, and what it knows of the container. */
    private final class Attempt {

        private final ExecRequest request;
        private final ContainerDirectory directory;
        private final Snapshot snapshot;
        private final ContainerProcesses processes;
        private Optional<Leader> recorded = Optional.empty();

        Attempt(ExecRequest request) {
            this.request = request;
            this.directory = store.at(request.id());
            this.snapshot = directory.snapshot().orElseThrow(directory::missing);
            boolean paused = snapshot.status() == Status.PAUSED;
            if (paused && !request.ignorePaused()) {
                throw new ContainerException(
                        ErrorCode.E_CONTAINER_PAUSED,
                        "cannot exec in a paused container (use --ignore-paused to override)");
            }
            if (snapshot.thawed() != Status.RUNNING) {
                throw refused(request.id(), snapshot.thawed());
            }
            this.processes = new ContainerProcesses(directory, snapshot.state());
        }

        Launched launch() {
            Surroundings surroundings = Surroundings.ofExec(request.preservedFds(), log);
            List<String> notApplied = new ArrayList<>();
            Spec.ContainerProcess process =
                    request.process().in(directory, snapshot.state().isolation(), notApplied);
            SetCapabilities.warning(process).ifPresent(log::warning);
            if (!notApplied.isEmpty()) {
                log.warning("host mode: not applied: " + String.join(", ", notApplied));
            }
            try (Pidfd init =
                            ContainerProcesses.openInit(snapshot.state())
                                    .orElseThrow(() -> refused(request.id(), Status.STOPPED));
                    ExecDesign design = design(process, surroundings, init);
                    Console console =
                            Console.open(
                                    process,
                                    request.consoleSocket(),
                                    request.detached(),
                                    design.terminalPlace());
                    Fd pidfdSocket = request.pidfdSocket().map(UnixSockets::connect).orElse(null);
                    InitProcess stage = spawn(design, surroundings.descriptors(), console, init)) {
                try {
                    enter(stage, init);
                    Optional<Pty> terminal = console.handOver(stage.takeTerminal());
                    if (pidfdSocket != null) {
                        UnixSockets.sendDescriptor(pidfdSocket, stage.child().pidfd().fd(), PIDFD);
                    }
                    int pid = stage.child().pid();
                    request.pidFile().ifPresent(file -> PidFile.write(file, pid));
                    log.debug("exec in " + request.id() + ", pid " + pid);
                    return new Launched(stage.child(), terminal);
                } catch (RuntimeException e) {
                    stage.kill();
                    forget(() -> recorded.ifPresent(directory.execs()::remove));
                    throw e;
                }
            }
        }

        private ExecDesign design(
                Spec.ContainerProcess process, Surroundings surroundings, Pidfd init) {
            ExecDesign design;
            try {
                design =
                        ExecDesign.of(
                                snapshot.state().isolation(),
                                request.id(),
                                process,
                                Console.size(process, request.detached()),
                                surroundings,
                                init);
            } catch (LinuxException e) {
                checkAlive(init); // what has ended has no namespaces
                throw e;
            }
            try {
                checkAlive(init); // else these may be another process's
                return design;
            } catch (ContainerException e) {
                design.close();
                throw e;
            }
        }

        private InitProcess spawn(
                ExecDesign design, CallerDescriptors descriptors, Console console, Pidfd init) {
            try {
                return InitProcess.spawn(
                        design.plan(),
                        console.streams(),
                        descriptors,
                        design.given(),
                        design.birth(processes.cgroup()),
                        log);
            } catch (LinuxException e) {
                checkAlive(init); // the container's end takes cgroup and pid namespace away
                throw e;
            }
        }

        /** Returns when the program runs. */
        private void enter(InitProcess stage, Pidfd init) {
            int pid = stage.awaitPid();
            record(new Leader(pid, InitProcess.startTime(pid)));
            checkAlive(init);
            stage.proceed();
            forget(processes::forgetEnded);
            try {
                stage.awaitReady();
                stage.awaitProgram();
            } catch (ContainerException e) {
                if (snapshot.state().isolation() == Isolation.OCI) {
                    checkAlive(init); // its end takes away what was to be entered
                }
                throw e;
            }
        }

        /**
         * What cannot be written down is found by its cgroup; without one, only while it is seen.
         */
        private void record(Leader process) {
            try {
                directory.execs().add(process);
                recorded = Optional.of(process);
            } catch (LinuxException e) {
                if (e.is(Errno.ENOENT)) {
                    throw ContainerException.doesNotExist(request.id());
                }
                String lost =
                        processes.cgroup().isPresent() ? "" : " (and no cgroup leads delete to it)";
                log.warning(
                        "process " + process.pid() + " of exec is not recorded" + lost + ": ", e);
            }
        }

        /** Records of what has ended do no harm. */
        private void forget(Runnable removal) {
            try {
                removal.run();
            } catch (LinuxException e) {
                log.warning("records of ended processes are kept: ", e);
            }
        }

        private void checkAlive(Pidfd init) {
            // deadline: already passed, this looks and does not wait
            if (init.awaitExit(Deadline.after(Duration.ZERO))) {
                throw refused(request.id(), Status.STOPPED);
            }
        }

        ExitStatus attend(Foreground foreground, Launched program) {
            try {
                return foreground.attend(program);
            } catch (RuntimeException e) {
                InitProcess.kill(program.child());
                throw e;
            } finally {
                forget(() -> processes.forget(recorded.stream().toList()));
            }
        }
    }

    private static ContainerException refused(ContainerId id, Status status) {
        ContainerException notRunning = ContainerException.notRunning(id, status);
        return status == Status.STOPPED
                ? new ContainerException(
                        ErrorCode.E_CONTAINER_NOT_RUNNING,
                        "cannot exec in a stopped container: " + notRunning.getMessage())
                : notRunning;
    }
}
