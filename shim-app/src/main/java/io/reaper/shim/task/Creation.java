package io.reaper.shim.task;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.ExitRecord;
import io.reaper.linux.cgroup.ControlGroups;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.mount.MountRequest;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.proto.types.Mount;
import io.reaper.shim.bundle.ShimRecord;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.rootfs.RootfsMounts;
import io.reaper.shim.runtime.OciRuntime;
import io.reaper.shim.runtime.Patience;
import io.reaper.shim.stdio.ProcessStreams;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Makes a container step by step; a step that fails, or comes too late, undoes those before it. */
final class Creation {

    /** For undoing: the caller's own time may be up already. */
    private static final Duration ROLLBACK_LIMIT = Duration.ofSeconds(10);

    private final RootfsMounts rootfs;
    private final StreamsOpener opener;
    private final String namespace;
    private final Consumer<Path> announce;

    Creation(RootfsMounts rootfs, StreamsOpener opener, String namespace, Consumer<Path> announce) {
        this.rootfs = rootfs;
        this.opener = opener;
        this.namespace = namespace;
        this.announce = announce;
    }

    /** The init process of the new container. */
    ChildProcess run(Task task, CreateTaskRequest request, Deadline deadline) {
        Deque<Runnable> undo = new ArrayDeque<>();
        try {
            return run(task, request, deadline, undo);
        } catch (RuntimeException e) {
            while (!undo.isEmpty()) {
                attempt(task, undo.pop());
            }
            throw e;
        }
    }

    private ChildProcess run(
            Task task, CreateTaskRequest request, Deadline deadline, Deque<Runnable> undo) {
        if (!task.bundle().isAbsolute() || !Files.isDirectory(task.bundle())) {
            throw ShimException.invalid(
                    ErrorCode.E_BUNDLE_INVALID, "bundle \"" + task.bundle() + "\" is no directory");
        }
        if (!request.getCheckpoint().isEmpty()) {
            throw ShimException.unimplemented("creating from a checkpoint is not supported");
        }
        announce.accept(task.bundle());
        ProcessStreams streams = opener.open(task, task.stdio());
        undo.push(streams::close);
        task.setStreams(streams);

        List<MountRequest> mounts = request.getRootfsList().stream().map(Creation::mount).toList();
        undo.push(() -> rootfs.unmount(task.bundle()));
        rootfs.mount(task.bundle(), mounts);

        ShimRecord record = record(task, request);
        record.write(task.bundle());

        Patience patience = new Patience(deadline, task.givenUp());
        ChildProcess init = create(task, streams, patience);
        undo.push(() -> discard(task));
        task.setInit(init);
        streams.handedOver();
        task.setGroups(
                ControlGroups.of(init.pid())
                        .unlike(ControlGroups.of((int) ProcessHandle.current().pid())));
        ExitRecord.reserve(task.bundle()); // a disk that is full by the end must not hide it
        ShimRecord complete = record.withInit(init.pid(), init.startTime());
        complete.write(task.bundle());
        task.setRecord(complete);
        if (patience.over()) {
            throw new ShimException(
                    ErrorCode.E_RUNTIME_SLOW,
                    ShimException.Kind.DEADLINE_EXCEEDED,
                    "container " + task.id() + " came too late; it was removed again");
        }
        return init;
    }

    /** Of a container that has no init yet. */
    private ShimRecord record(Task task, CreateTaskRequest request) {
        return new ShimRecord(
                task.id().value(),
                namespace,
                task.configured().path(),
                task.configured().root(),
                task.stdio(),
                ShimRecord.Options.of(
                        request.getOptions().getTypeUrl(),
                        request.getOptions().getValue().toByteArray()),
                task.configured().settings(),
                request.getRootfsCount() > 0,
                0,
                0,
                false);
    }

    private ChildProcess create(Task task, ProcessStreams streams, Patience patience) {
        try {
            return task.runtime()
                    .create(
                            task.id(),
                            task.bundle(),
                            new OciRuntime.Streams(streams.forProcess(), streams.consoleSocket()),
                            patience);
        } catch (ShimException e) {
            boolean killed = e.kind() == ShimException.Kind.DEADLINE_EXCEEDED;
            attempt(task, () -> discard(task, killed));
            throw e;
        }
    }

    /**
     * A create that was killed before it had written a state leaves a directory that names no
     * bundle. The runtime's plain delete removes such a one, and kills nobody.
     */
    private void discard(Task task, boolean killed) {
        if (discard(task) == OciRuntime.Discarded.NOTHING && killed) {
            // deadline: of the undoing
            task.runtime().delete(task.id(), task.bundle(), Deadline.after(ROLLBACK_LIMIT));
        }
    }

    private OciRuntime.Discarded discard(Task task) {
        // deadline: of the undoing
        return task.runtime().discard(task.id(), task.bundle(), Deadline.after(ROLLBACK_LIMIT));
    }

    private static MountRequest mount(Mount mount) {
        return new MountRequest(
                mount.getType(), mount.getSource(), mount.getTarget(), mount.getOptionsList());
    }

    private static void attempt(Task task, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            if (e instanceof ShimException known && known.kind() == ShimException.Kind.NOT_FOUND) {
                return; // nothing to undo
            }
            task.log().error("undoing a failed create", e);
        }
    }
}
