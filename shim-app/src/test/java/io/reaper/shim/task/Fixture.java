package io.reaper.shim.task;

import com.google.protobuf.MessageLite;
import io.reaper.linux.Deadline;
import io.reaper.linux.Mounts;
import io.reaper.linux.SpawnRequest;
import io.reaper.linux.Syscalls;
import io.reaper.proto.events.TaskCreate;
import io.reaper.proto.events.TaskDelete;
import io.reaper.proto.events.TaskExit;
import io.reaper.proto.events.TaskStart;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.shim.event.EventSink;
import io.reaper.shim.event.Topic;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.Children;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.rootfs.RootfsMounts;
import io.reaper.shim.stdio.ReaderWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Tasks over a fake runtime, in bundles of a temporary directory. */
final class Fixture implements AutoCloseable {

    final FakeRuntime runtime = new FakeRuntime();
    final List<String> events = new CopyOnWriteArrayList<>();
    final Tasks tasks;
    private final Path directory;
    private final KernelEvents kernel = KernelEvents.start(ShimLog.silent());

    /** Every State asks the runtime. */
    Fixture(Path directory) {
        this(directory, Duration.ZERO);
    }

    Fixture(Path directory, Duration startIsFresh) {
        this.directory = directory;
        this.tasks =
                Tasks.of(
                        runtime,
                        new NoChildren(),
                        new RootfsMounts(new Mounts(Syscalls.get())),
                        new ReaderWatch(kernel),
                        new Recorder(),
                        new ShimIdentity("ns", "runtime", directory),
                        ShimLog.silent(),
                        startIsFresh);
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
            Path file = bundle(exit.getContainerId()).resolve("exit.json");
            return Files.exists(file) ? "" : " before it was on disk";
        }

        @Override
        public void close(Deadline deadline) {}
    }

    private static final class NoChildren implements Children {
        @Override
        public ChildProcess spawn(SpawnRequest request) {
            throw new AssertionError(request);
        }

        @Override
        public Hold hold() {
            return () -> {};
        }

        @Override
        public ChildProcess claim(int pid) {
            throw new AssertionError(pid);
        }

        @Override
        public CompletableFuture<Void> end(List<ChildProcess> orphans) {
            return CompletableFuture.completedFuture(null);
        }
    }
}
