package io.reaper.shim.task;

import com.google.protobuf.Any;
import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.InvalidIdException;
import io.reaper.linux.cgroup.Freezer;
import io.reaper.linux.cgroup.HostHierarchies;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.error.ShimException.Kind;
import io.reaper.shim.event.EventSink;
import io.reaper.shim.event.TaskEvents;
import io.reaper.shim.exec.ExecStatus;
import io.reaper.shim.exec.ExecTask;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.Children;
import io.reaper.shim.exit.TaskExit;
import io.reaper.shim.group.Expected;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.rootfs.RootfsMounts;
import io.reaper.shim.runtime.ContainerRuntime;
import io.reaper.shim.runtime.OciRuntime;
import io.reaper.shim.runtime.Runtimes;
import io.reaper.shim.stats.Meter;
import io.reaper.shim.stdio.ProcessStreams;
import io.reaper.shim.stdio.StreamContext;
import io.reaper.shim.task.TaskStatus.Creating;
import io.reaper.shim.task.TaskStatus.Deleting;
import io.reaper.shim.task.TaskStatus.Gone;
import io.reaper.shim.task.TaskStatus.Stopped;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The containers of this shim, by id, and what can be done to them. Every method may be called by
 * many threads at once and may wait for a command of the runtime; failures are {@link
 * ShimException}s, or {@link io.reaper.linux.seam.LinuxException}s of the kernel.
 */
public final class Tasks {

    private final Runtimes runtimes;
    private final TaskEvents events;
    private final Creation creation;
    private final States states;
    private final Execs execs;
    private final Strays strays;
    private final Epilogue epilogue;
    private final Deletion deletion;
    private final ShimLog log;
    private final Meter meter;
    private final Map<ContainerId, Task> table = new ConcurrentHashMap<>();
    private final Expected expected = new Expected();

    /**
     * The containers of one daemon.
     *
     * @param namespace of containerd
     * @param announce writes into a container's bundle where we are, if nobody has
     */
    public Tasks(
            Runtimes runtimes,
            Children children,
            RootfsMounts rootfs,
            StreamContext context,
            EventSink sink,
            String namespace,
            Consumer<Path> announce,
            ShimLog log) {
        HostHierarchies host = new HostHierarchies();
        StreamsOpener streams = new StreamsOpener(namespace, context);
        this.runtimes = runtimes;
        this.log = log;
        this.events = new TaskEvents(sink);
        this.creation = new Creation(rootfs, streams, namespace, announce);
        this.states = new States(new Freezer(host));
        this.meter = Meter.of(host);
        this.strays = new Strays(children);
        this.execs = new Execs(states, strays, streams, events);
        this.epilogue = new Epilogue(strays);
        this.deletion = new Deletion(rootfs);
    }

    /** What can be done to execs. */
    Execs execs() {
        return execs;
    }

    /**
     * Makes a container; the id is reserved before anything else is done.
     *
     * @return the pid of its init process
     */
    int create(CreateTaskRequest request, Deadline deadline) {
        ContainerId id = containerId(request.getId());
        Path bundle = bundle(request.getBundle());
        ShimLog own = log.of(id.value(), bundle);
        ContainerRuntime runtime = runtime(id, request, own);
        Task task = new Task(id, bundle, request, runtime, events, own);
        Task holder = table.putIfAbsent(id, task);
        expected.forget(id.value());
        if (holder != null) {
            throw new ShimException(
                    ErrorCode.E_ID_IN_USE,
                    Kind.ALREADY_EXISTS,
                    "container " + id + " already exists, its bundle is " + holder.bundle());
        }
        ChildProcess init;
        try {
            init = creation.run(task, request, deadline);
        } catch (RuntimeException | Error e) {
            table.remove(id, task);
            task.creationFailed();
            throw e;
        }
        strays.claimed(init);
        task.created(init.pid());
        epilogue.follow(task, init);
        return init.pid();
    }

    private ContainerRuntime runtime(ContainerId id, CreateTaskRequest request, ShimLog own) {
        try {
            return runtimes.by(request.getOptions(), own);
        } catch (ShimException e) {
            expected.forget(id.value()); // it has come, and will not again
            throw e;
        }
    }

    /** Lets the program run; returns the pid. */
    int start(String id, Deadline deadline) {
        Task task = find(id);
        task.starting();
        try {
            task.runtime().start(task.id(), task.bundle(), deadline);
        } catch (RuntimeException | Error e) {
            task.startFailed();
            throw e;
        }
        task.started();
        return task.status().pid();
    }

    /** The stage of a container. */
    TaskSnapshot state(String id) {
        return states.of(find(id));
    }

    void kill(String id, int signal, OciRuntime.Target target, Deadline deadline) {
        Task task = find(id);
        switch (task.status()) {
            case Creating c -> throw task.refusal("kill");
            case Gone g -> throw task.unknown();
            case Stopped s -> throw finished(task);
            case Deleting d -> throw finished(task);
            default ->
                    task.kills()
                            .run(
                                    () ->
                                            task.runtime()
                                                    .kill(
                                                            task.id(),
                                                            task.bundle(),
                                                            signal,
                                                            target,
                                                            deadline));
        }
    }

    private static ShimException finished(Task task) {
        return ShimException.notFound(
                ErrorCode.E_PROCESS_FINISHED,
                "container " + task.id() + ": process already finished");
    }

    /** Removes a container that has ended, or was never started. */
    TaskExit delete(String id, Deadline deadline) {
        Task task = find(id);
        TaskExit end = deletion.run(task, deadline);
        table.remove(task.id(), task);
        return end;
    }

    /**
     * Kills and removes a container, whatever its stage; nothing if there is none, or one of
     * another bundle. Returns when it is gone. One that is being made is not made.
     */
    public void discard(ContainerId id, String bundle) {
        Task task = table.get(id);
        if (task == null || !task.bundle().toString().equals(bundle)) {
            return;
        }
        if (!(task.giveUp() instanceof Gone)) {
            deletion.discard(task);
            table.remove(id, task);
        }
    }

    /** Pends until the container has ended, without a thread. */
    CompletableFuture<TaskExit> exit(String id) {
        return find(id).exit();
    }

    /** All processes of the container; init alone once it has ended. */
    List<ContainerProcess> processes(String id) {
        return ContainerProcess.all(find(id), strays);
    }

    /** What the container uses, or has used; its end changes nothing of what is known. */
    Any stats(String id) {
        Task task = find(id);
        return switch (task.status()) {
            case Creating c -> throw task.unknown();
            case Gone g -> throw task.unknown();
            case Stopped s -> meter.read(task.groups(), List::of, task.cpu());
            case Deleting d -> meter.read(task.groups(), List::of, task.cpu());
            default -> meter.read(task.groups(), () -> livingPids(task), task.cpu());
        };
    }

    private List<Integer> livingPids(Task task) {
        return ContainerProcess.all(task, strays).stream().map(ContainerProcess::pid).toList();
    }

    /** Init's pid; 0 for a container that is not there. */
    int initPid(String id) {
        return table.entrySet().stream()
                .filter(entry -> entry.getKey().value().equals(id))
                .mapToInt(entry -> entry.getValue().status().pid())
                .findFirst()
                .orElse(0);
    }

    /** Does nothing to a container without a terminal. */
    void resize(String id, WindowSize size) {
        Task task = find(id);
        switch (task.status()) {
            case Creating c -> throw task.refusal("resize");
            case Gone g -> throw task.unknown();
            case Stopped s -> throw task.refusal("resize");
            case Deleting d -> throw task.refusal("resize");
            default -> task.streams().ifPresent(streams -> streams.resize(size));
        }
    }

    void closeStdin(String id) {
        find(id).streams().ifPresent(ProcessStreams::closeStdin);
    }

    /** Each container with its stage and its execs, in a line, for whoever looks into the shim. */
    public List<String> overview() {
        return table.values().stream().map(Tasks::overview).toList();
    }

    private static String overview(Task task) {
        TaskStatus status = task.status();
        StringBuilder line = new StringBuilder("container " + task.id());
        line.append(": ").append(status.word()).append(", pid ").append(status.pid());
        for (ExecTask exec : task.execs().all()) {
            ExecStatus itsOwn = exec.status();
            line.append("; exec ").append(exec.id());
            line.append(": ").append(itsOwn.word()).append(", pid ").append(itsOwn.pid());
        }
        return line.toString();
    }

    /** The containers that are on their way to us. */
    public Expected expected() {
        return expected;
    }

    /** Whether there is no container, not even one being created, and none is on its way. */
    public boolean isEmpty() {
        return expected.isEmpty() && table.isEmpty(); // in the order in which create moves it
    }

    /**
     * @throws ShimException NOT_FOUND; INVALID_ARGUMENT for what can be no id
     */
    Task find(String id) {
        Task task = table.get(containerId(id));
        if (task == null) {
            throw ShimException.notFound(
                    ErrorCode.E_CONTAINER_NOT_FOUND, "container " + id + " does not exist");
        }
        return task;
    }

    private static Path bundle(String path) {
        try {
            return Path.of(path);
        } catch (InvalidPathException e) {
            throw new ShimException(
                    ErrorCode.E_BUNDLE_INVALID,
                    Kind.INVALID_ARGUMENT,
                    "bundle: " + e.getReason(),
                    e);
        }
    }

    private static ContainerId containerId(String id) {
        try {
            return ContainerId.of(id);
        } catch (InvalidIdException e) {
            throw new ShimException(
                    ErrorCode.E_ID_INVALID, Kind.INVALID_ARGUMENT, e.getMessage(), e);
        }
    }
}
