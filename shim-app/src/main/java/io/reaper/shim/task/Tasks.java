package io.reaper.shim.task;

import io.reaper.contract.ContainerId;
import io.reaper.linux.Deadline;
import io.reaper.linux.LinuxException;
import io.reaper.linux.ProcessTree;
import io.reaper.linux.Signals;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.shim.ShimException;
import io.reaper.shim.ShimException.Kind;
import io.reaper.shim.event.EventSink;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.Children;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.rootfs.RootfsMounts;
import io.reaper.shim.runtime.OciRuntime;
import io.reaper.shim.runtime.RuntimeState;
import io.reaper.shim.stdio.ProcessStreams;
import io.reaper.shim.stdio.ReaderWatch;
import io.reaper.shim.task.TaskStatus.Created;
import io.reaper.shim.task.TaskStatus.Creating;
import io.reaper.shim.task.TaskStatus.Deleting;
import io.reaper.shim.task.TaskStatus.Gone;
import io.reaper.shim.task.TaskStatus.Running;
import io.reaper.shim.task.TaskStatus.Stopped;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The containers of this shim, by id, and what can be done to them. Every method may be called by
 * many threads at once and may wait for a command of the runtime; failures are {@link
 * ShimException}s, or {@link io.reaper.linux.LinuxException}s of the kernel.
 */
public final class Tasks {

    private static final Duration END_LIMIT = Duration.ofSeconds(10);
    private static final Duration STATE_LIMIT = Duration.ofSeconds(10);

    /** How long what the runtime's start has said is taken for granted. */
    private static final Duration START_IS_FRESH = Duration.ofMillis(100);

    private final OciRuntime runtime;
    private final RootfsMounts rootfs;
    private final TaskEvents events;
    private final Creation creation;
    private final Epilogue epilogue;
    private final Duration startIsFresh;
    private final Map<ContainerId, Task> table = new ConcurrentHashMap<>();

    private Tasks(
            OciRuntime runtime,
            RootfsMounts rootfs,
            TaskEvents events,
            Creation creation,
            Epilogue epilogue,
            Duration startIsFresh) {
        this.runtime = runtime;
        this.rootfs = rootfs;
        this.events = events;
        this.creation = creation;
        this.epilogue = epilogue;
        this.startIsFresh = startIsFresh;
    }

    public static Tasks of(
            OciRuntime runtime,
            Children children,
            RootfsMounts rootfs,
            ReaderWatch readers,
            EventSink events,
            ShimIdentity identity,
            ShimLog log) {
        return of(runtime, children, rootfs, readers, events, identity, log, START_IS_FRESH);
    }

    static Tasks of(
            OciRuntime runtime,
            Children children,
            RootfsMounts rootfs,
            ReaderWatch readers,
            EventSink events,
            ShimIdentity identity,
            ShimLog log,
            Duration startIsFresh) {
        return new Tasks(
                runtime,
                rootfs,
                new TaskEvents(events),
                new Creation(runtime, rootfs, readers, identity, log),
                new Epilogue(runtime, children, log),
                startIsFresh);
    }

    /**
     * Makes a container; the id is reserved before anything else is done.
     *
     * @return the pid of its init process
     */
    int create(CreateTaskRequest request, Deadline deadline) {
        ContainerId id = containerId(request.getId());
        Task task = new Task(id, bundle(request.getBundle()), request, events);
        Task holder = table.putIfAbsent(id, task);
        if (holder != null) {
            throw new ShimException(
                    Kind.ALREADY_EXISTS,
                    "container " + id + " already exists, its bundle is " + holder.bundle());
        }
        ChildProcess init;
        try {
            init = creation.run(task, request, deadline);
        } catch (RuntimeException e) {
            table.remove(id, task);
            task.creationFailed();
            throw e;
        }
        task.created(init.pid());
        CompletableFuture<Void> unused =
                init.exit()
                        .thenAcceptAsync(
                                exit -> epilogue.run(task, init, exit), Thread::startVirtualThread);
        return init.pid();
    }

    /** Lets the program run; returns the pid. */
    int start(String id, Deadline deadline) {
        Task task = find(id);
        task.starting();
        try {
            runtime.start(task.id(), task.bundle(), deadline);
        } catch (RuntimeException e) {
            task.startFailed();
            throw e;
        }
        task.started();
        return task.status().pid();
    }

    /**
     * The stage of a container: after its end from memory, before it from the runtime, since a
     * process may be frozen behind our back; but not right after the runtime's start, when
     * containerd always asks. If the runtime is too slow for the caller's deadline, what the shim
     * itself knows is the answer.
     */
    TaskSnapshot state(String id, Deadline deadline) {
        Task task = find(id);
        TaskStatus status = task.status();
        return switch (status) {
            case Creating c -> throw task.unknown();
            case Gone g -> throw task.unknown();
            case Stopped s -> TaskSnapshot.of(task);
            case Deleting d -> TaskSnapshot.of(task);
            case Running r when r.isYoungerThan(startIsFresh) -> TaskSnapshot.of(task);
            default -> living(task, status, deadline);
        };
    }

    private TaskSnapshot living(Task task, TaskStatus stage, Deadline deadline) {
        long half = deadline.isNone() ? STATE_LIMIT.toMillis() : deadline.remainingMillis() / 2;
        CompletableFuture<RuntimeState> answer =
                task.runtimeState().ask(stage, () -> askRuntime(task));
        try {
            // deadline: half of the caller's, then the shim's own knowledge is the answer
            String word = answer.get(half, TimeUnit.MILLISECONDS).status();
            if (!word.equals("stopped")) {
                return TaskSnapshot.of(task).said(word);
            }
            // deadline: the other half; the exit is on its way from the pidfd
            task.exit().get(half, TimeUnit.MILLISECONDS);
            return TaskSnapshot.of(task);
        } catch (TimeoutException e) {
            return TaskSnapshot.of(task);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking for a state", e);
        } catch (ExecutionException e) {
            if (task.exit().isDone()) {
                return TaskSnapshot.of(task); // it ended, or was deleted, while we asked
            }
            throw e.getCause() instanceof ShimException cause
                    ? cause
                    : new IllegalStateException(e);
        }
    }

    private RuntimeState askRuntime(Task task) {
        // deadline: nobody waits longer than this for a state
        return runtime.state(task.id(), task.bundle(), Deadline.after(STATE_LIMIT));
    }

    void kill(String id, int signal, OciRuntime.Target target, Deadline deadline) {
        Task task = find(id);
        switch (task.status()) {
            case Creating c -> throw task.refusal("kill");
            case Gone g -> throw task.unknown();
            case Stopped s -> throw finished(task);
            case Deleting d -> throw finished(task);
            default -> runtime.kill(task.id(), task.bundle(), signal, target, deadline);
        }
    }

    private static ShimException finished(Task task) {
        return ShimException.notFound("container " + task.id() + ": process already finished");
    }

    /** Removes a container that has ended, or was never started. */
    TaskExit delete(String id, Deadline deadline) {
        Task task = find(id);
        if (task.status() instanceof Created) {
            endWithoutStart(task, deadline);
        }
        TaskExit end = task.deleting();
        try {
            deleteInRuntime(task, deadline);
            task.streams().ifPresent(ProcessStreams::close);
            rootfs.unmount(task.bundle());
        } catch (RuntimeException e) {
            task.deletionFailed();
            throw e;
        }
        task.record().ifPresent(record -> noteRemoval(record, task.bundle()));
        task.deleted();
        table.remove(task.id(), task);
        return end;
    }

    /** Saves the shim's delete, which containerd runs next, from asking the runtime. */
    private static void noteRemoval(ShimRecord record, Path bundle) {
        try {
            record.asRemoved().write(bundle);
        } catch (LinuxException | UncheckedIOException e) {
            return; // then it asks
        }
    }

    private void endWithoutStart(Task task, Deadline deadline) {
        try {
            runtime.kill(
                    task.id(), task.bundle(), Signals.SIGKILL, OciRuntime.Target.INIT, deadline);
        } catch (ShimException e) {
            if (e.kind() != Kind.NOT_FOUND) {
                throw e;
            }
        }
        try {
            long limit = END_LIMIT.toMillis();
            long millis = deadline.isNone() ? limit : Math.min(limit, deadline.remainingMillis());
            // deadline: the caller's, at most 10 s
            task.exit().get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new ShimException(
                    Kind.DEADLINE_EXCEEDED, "container " + task.id() + " was killed and lives", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a container ended", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A container that the runtime does not know any more is what we want. */
    private void deleteInRuntime(Task task, Deadline deadline) {
        try {
            runtime.delete(task.id(), task.bundle(), deadline);
        } catch (ShimException e) {
            if (e.kind() != Kind.NOT_FOUND) {
                throw e;
            }
        }
    }

    /** Pends until the container has ended, without a thread. */
    CompletableFuture<TaskExit> exit(String id) {
        return find(id).exit();
    }

    /** All processes of the container, init first; init's pid alone once it has ended. */
    List<Integer> pids(String id) {
        Task task = find(id);
        TaskStatus status = task.status();
        List<Integer> pids = new ArrayList<>(List.of(status.pid()));
        switch (status) {
            case Creating c -> throw task.unknown();
            case Gone g -> throw task.unknown();
            case Stopped s -> {}
            case Deleting d -> {}
            default -> pids.addAll(ProcessTree.descendants(status.pid()));
        }
        return pids;
    }

    /** Init's pid; 0 for a container that is not there. */
    int initPid(String id) {
        return table.entrySet().stream()
                .filter(entry -> entry.getKey().value().equals(id))
                .mapToInt(entry -> entry.getValue().status().pid())
                .findFirst()
                .orElse(0);
    }

    void closeStdin(String id) {
        find(id).streams().ifPresent(ProcessStreams::closeStdin);
    }

    /** Whether there is no container, not even one being created. */
    public boolean isEmpty() {
        return table.isEmpty();
    }

    private Task find(String id) {
        Task task = table.get(containerId(id));
        if (task == null) {
            throw ShimException.notFound("container " + id + " does not exist");
        }
        return task;
    }

    private static Path bundle(String path) {
        try {
            return Path.of(path);
        } catch (InvalidPathException e) {
            throw new ShimException(Kind.INVALID_ARGUMENT, "bundle: " + e.getReason(), e);
        }
    }

    private static ContainerId containerId(String id) {
        try {
            return ContainerId.of(id);
        } catch (IllegalArgumentException e) {
            throw new ShimException(Kind.INVALID_ARGUMENT, e.getMessage(), e);
        }
    }
}
