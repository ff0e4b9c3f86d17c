package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.ExitRecord;
import io.reaper.contract.Isolation;
import io.reaper.contract.Settings;
import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.UnixSockets;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.terminal.Pty;
import io.reaper.runtime.bundle.Bundle;
import io.reaper.runtime.cgroup.TrackingCgroup;
import io.reaper.runtime.container.ContainerHooks;
import io.reaper.runtime.init.InitPlan;
import io.reaper.runtime.init.step.SetCapabilities;
import io.reaper.runtime.launch.CallerDescriptors;
import io.reaper.runtime.launch.InitProcess;
import io.reaper.runtime.launch.Launched;
import io.reaper.runtime.launch.PidFile;
import io.reaper.runtime.log.RuntimeLog;
import io.reaper.runtime.state.ContainerDirectory;
import io.reaper.runtime.state.ContainerException;
import io.reaper.runtime.state.ContainerState;
import io.reaper.runtime.state.DamagedStateException;
import io.reaper.runtime.state.StateStore;
import io.reaper.runtime.state.Status;
import io.reaper.runtime.terminal.Console;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * {@code create}: everything up to, but without, running the program (runtime-spec 1.3, runtime.md,
 * "Lifecycle", steps 1 to 5). What was made is undone if any step fails.
 */
public final class Create {

    /** What a receiver knows the pidfd by, as runc names it. */
    private static final String PIDFD = "standard";

    private final StateStore store;
    private final Settings settings;
    private final RuntimeLog log;

    public Create(StateStore store, Settings settings, RuntimeLog log) {
        this.store = store;
        this.settings = settings;
        this.log = log;
    }

    /**
     * Makes the container.
     *
     * @return the init process, a child of this one
     */
    public Launched create(CreateRequest request) {
        Isolation mode = settings.isolation();
        Surroundings surroundings = Surroundings.ofInit(request.preservedFds(), log);
        Bundle bundle = Bundle.load(request.bundle(), mode);
        try (Design design = Design.of(mode, bundle, request, surroundings, settings)) {
            return create(request, bundle, design, surroundings);
        }
    }

    private Launched create(
            CreateRequest request, Bundle bundle, Design design, Surroundings surroundings) {
        Optional<Cgroup> cgroup = TrackingCgroup.plan(request.id(), bundle.spec());
        SetCapabilities.warning(bundle.spec().process()).ifPresent(log::warning);

        ContainerDirectory directory =
                store.create(request.id()).orElseThrow(() -> exists(request.id()));
        Deque<Runnable> undo = new ArrayDeque<>();
        undo.push(directory::remove);
        try (Fd lock = directory.lock().orElseThrow(() -> removedMeanwhile(request.id()))) {
            try (Console console =
                    Console.open(
                            bundle.spec().process(),
                            request.consoleSocket(),
                            request.detached(),
                            design.terminalPlace())) {
                Launched init =
                        create(
                                request,
                                bundle,
                                design,
                                surroundings.descriptors(),
                                cgroup,
                                console,
                                directory,
                                lock,
                                undo);
                log.debug("created " + request.id() + ", pid " + init.child().pid());
                return init;
            } catch (RuntimeException e) {
                // under the lock: else a delete that waits for it would run the last hooks, too
                undo(undo, e);
                throw e;
            }
        } catch (RuntimeException e) {
            undo(undo, e); // no lock: the directory alone
            throw e;
        }
    }

    private Launched create(
            CreateRequest request,
            Bundle bundle,
            Design design,
            CallerDescriptors descriptors,
            Optional<Cgroup> cgroup,
            Console console,
            ContainerDirectory directory,
            Fd lock,
            Deque<Runnable> undo) {
        ContainerHooks hooks = new ContainerHooks(bundle.spec().hooks(), log);
        ContainerState state = newState(request.id(), bundle, design, cgroup, hooks);
        directory.save(state);
        design.warning().ifPresent(log::warning);
        directory.saveConfiguration(bundle.document());
        ExitRecord.removeStale(bundle.directory());
        if (cgroup.isPresent()) {
            state = state.withTracking(TrackingCgroup.create(cgroup.get()));
            undo.push(cgroup.get()::remove);
            directory.save(state);
        }
        InitPlan hooked = design.plan().withStartHooks(hooks.starting(state));
        Path fifo = directory.makeExecFifo();
        // closed here before the start: init alone must hold it then
        try (Fd handle = Fd.open(fifo, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW);
                Fd hold = directory.hold().take();
                InitProcess init =
                        InitProcess.spawn(
                                hooked,
                                console.streams(),
                                descriptors,
                                design.given(handle, hold),
                                design.birth(cgroup),
                                log)) {
            undo.push(init::kill);
            int pid = init.awaitPid();
            ContainerState created = state.withInit(pid, InitProcess.startTime(pid));
            ContainerDirectory.writeNote(lock, created);
            directory.save(created);
            undo.addLast(() -> hooks.deleted(created)); // after all else
            if (design.hooksAfterMounts()) {
                init.proceed();
                init.awaitMounts();
            }
            hooks.creating(created, init.child().pidfd());
            init.proceed();
            init.awaitReady();
            directory.save(created.withStatus(Status.CREATED));
            request.pidfdSocket().ifPresent(socket -> send(init.child().pidfd(), socket));
            Optional<Pty> terminal = console.handOver(init.takeTerminal());
            request.pidFile().ifPresent(file -> PidFile.write(file, pid));
            return new Launched(init.child(), terminal);
        }
    }

    private static void send(Pidfd init, Path socket) {
        try (Fd connection = UnixSockets.connect(socket)) {
            UnixSockets.sendDescriptor(connection, init.fd(), PIDFD);
        }
    }

    private static ContainerState newState(
            ContainerId id,
            Bundle bundle,
            Design design,
            Optional<Cgroup> cgroup,
            ContainerHooks hooks) {
        return new ContainerState(
                id,
                Status.CREATING,
                0,
                0,
                bundle.directory(),
                bundle.rootfs(),
                bundle.spec().annotations(),
                Instant.now(),
                owner(),
                cgroup.map(TrackingCgroup::intended),
                hooks.hasLate(),
                true,
                design.mode(),
                design.ownPids());
    }

    /** The caller's name, not looked up where it is known: that reads half of /etc. */
    private static String owner() {
        return Syscalls.get().geteuid() == 0 ? "root" : System.getProperty("user.name", "");
    }

    private ContainerException exists(ContainerId id) {
        return new ContainerException(
                ErrorCode.E_ID_IN_USE, "container with id " + id + " already exists" + holder(id));
    }

    private String holder(ContainerId id) {
        ContainerDirectory holder = store.at(id);
        try {
            return holder.load()
                    .map(state -> " (bundle " + state.bundle() + ")")
                    .orElseGet(() -> holder.exists() ? "" : ": " + holder.missing().getMessage());
        } catch (DamagedStateException e) {
            return ": " + e.getMessage();
        }
    }

    private static ContainerException removedMeanwhile(ContainerId id) {
        return new ContainerException(
                ErrorCode.E_CONTAINER_DELETED,
                "container " + id + " was deleted while being created");
    }

    private void undo(Deque<Runnable> undo, RuntimeException cause) {
        for (Runnable step : undo) {
            try {
                step.run();
            } catch (RuntimeException e) {
                cause.addSuppressed(e);
                log.warning("undoing a failed create: ", e);
            }
        }
        undo.clear();
    }
}
