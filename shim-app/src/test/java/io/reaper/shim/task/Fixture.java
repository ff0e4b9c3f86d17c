package io.reaper.shim.task;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.reaper.contract.ExitRecord;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.mount.Mounts;
import io.reaper.linux.seam.Syscalls;
import io.reaper.proto.events.TaskCreate;
import io.reaper.proto.events.TaskDelete;
import io.reaper.proto.events.TaskExecAdded;
import io.reaper.proto.events.TaskExecStarted;
import io.reaper.proto.events.TaskExit;
import io.reaper.proto.events.TaskStart;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.proto.task.ExecProcessRequest;
import io.reaper.shim.event.EventSink;
import io.reaper.shim.event.Topic;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.options.RuntimeOptions;
import io.reaper.shim.rootfs.RootfsMounts;
import io.reaper.shim.runtime.ContainerRuntime;
import io.reaper.shim.stdio.ReaderWatch;
import io.reaper.shim.stdio.StreamContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Tasks over a fake runtime, in bundles of a temporary directory. */
final class Fixture implements AutoCloseable {

    final FakeRuntime runtime = new FakeRuntime();
    final FakeChildren children = new FakeChildren();
    final List<String> events = new CopyOnWriteArrayList<>();
    final Tasks tasks;
    private final Path directory;
    private final KernelEvents kernel = KernelEvents.start(ShimLog.silent());

    Fixture(Path directory) {
        this(directory, Map.of());
    }

    /**
     * @param chosen as if by each container's options
     */
    Fixture(Path directory, Map<String, String> chosen) {
        this.directory = directory;
        this.tasks =
                new Tasks(
                        (options, log) -> {
                            var unused = RuntimeOptions.of(options); // for its refusals
                            return new ContainerRuntime(runtime, "runtime", directory, chosen);
                        },
                        children,
                        new RootfsMounts(new Mounts(Syscalls.get())),
                        new StreamContext(
                                new ReaderWatch(kernel), kernel, children, ShimLog.silent()),
                        new Recorder(),
                        "ns",
                        bundle -> {},
                        ShimLog.silent());
    }

    Path bundle(String id) {
        try {
            return Files.createDirectories(directory.resolve(id));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    CreateTaskRequest.Builder request(String id) {
        return CreateTaskRequest.newBuilder().setId(id).setBundle(bundle(id).toString());
    }

    FakeRuntime.Init create(String id) {
        tasks.create(request(id).build(), Deadline.NONE);
        return runtime.containers.get(id);
    }

    FakeRuntime.Init createAndStart(String id) {
        FakeRuntime.Init init = create(id);
        tasks.start(id, Deadline.NONE);
        return init;
    }

    /** Adds an exec; it runs once it is started. */
    void addExec(String id, String execId) {
        tasks.execs().add(tasks.find(id), exec(id, execId).build());
    }

    static ExecProcessRequest.Builder exec(String id, String execId) {
        Any spec =
                Any.newBuilder()
                        .setTypeUrl("types.containerd.io/opencontainers/runtime-spec/1/Process")
                        .setValue(ByteString.copyFromUtf8("{\"args\":[\"true\"]}"))
                        .build();
        return ExecProcessRequest.newBuilder().setId(id).setExecId(execId).setSpec(spec);
    }

    int startExec(String id, String execId) {
        return tasks.execs().start(tasks.find(id), execId, Deadline.NONE);
    }

    /** Adds and starts one. */
    FakeRuntime.Init runExec(String id, String execId) {
        addExec(id, execId);
        startExec(id, execId);
        return runtime.execs.get(id + "/" + execId);
    }

    @Override
    public void close() {
        kernel.close();
    }

    /** Notes events in one word each; at an exit it looks whether the exit is on disk already. */
    private final class Recorder implements EventSink {
        @Override
        public void publish(Topic topic, MessageLite event) {
            events.add(
                    switch (event) {
                        case TaskCreate create -> create.getContainerId() + " create";
                        case TaskStart start -> start.getContainerId() + " start";
                        case TaskExecAdded exec ->
                                exec.getContainerId() + "/" + exec.getExecId() + " added";
                        case TaskExecStarted exec ->
                                exec.getContainerId() + "/" + exec.getExecId() + " started";
                        case TaskExit exit when !exit.getId().equals(exit.getContainerId()) ->
                                exit.getContainerId()
                                        + "/"
                                        + exit.getId()
                                        + " exit "
                                        + exit.getExitStatus();
                        case TaskExit exit ->
                                exit.getContainerId()
                                        + " exit "
                                        + exit.getExitStatus()
                                        + onDisk(exit);
                        case TaskDelete delete ->
                                delete.getContainerId() + " delete " + delete.getExitStatus();
                        default -> throw new AssertionError(topic);
                    });
        }

        private String onDisk(TaskExit exit) {
            Path bundle = bundle(exit.getContainerId());
            return ExitRecord.read(bundle).isPresent() ? "" : " before it was on disk";
        }

        @Override
        public void close(Deadline deadline) {}
    }
}
