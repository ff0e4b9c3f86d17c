package io.reaper.shim.task;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.process.ExitStatus;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.error.ShimException.Kind;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.Exit;
import io.reaper.shim.runtime.OciRuntime;
import io.reaper.shim.runtime.Patience;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A runtime whose processes are futures; steps can be put into the middle of its commands. */
final class FakeRuntime implements OciRuntime {

    final List<String> commands = new CopyOnWriteArrayList<>();
    final Map<String, Init> containers = new ConcurrentHashMap<>();
    private final AtomicInteger pids = new AtomicInteger(1_000_000);
    final Map<String, Patience> creations = new ConcurrentHashMap<>();
    volatile boolean missing;
    volatile Consumer<Init> duringCreate = init -> {};
    volatile Consumer<Init> duringStart = init -> {};
    volatile Consumer<Init> duringExec = exec -> {};
    volatile Consumer<Init> afterKill = init -> {};

    /** By container and exec, as {@code a/e}. */
    final Map<String, Init> execs = new ConcurrentHashMap<>();

    /** The JSON that each got, by the same names. */
    final Map<String, String> processes = new ConcurrentHashMap<>();

    /** An init process, or an exec's; {@code end} is what the kernel would report. */
    static final class Init implements ChildProcess {
        private final int pid;
        private final Path bundle;
        private final CompletableFuture<Exit> exit = new CompletableFuture<>();
        volatile String status = "created";

        private Init(int pid, Path bundle) {
            this.pid = pid;
            this.bundle = bundle;
        }

        boolean end(int code, int signal) {
            return end(code, signal, List.of());
        }

        boolean end(int code, int signal, List<ChildProcess> orphans) {
            status = "stopped";
            return exit.complete(
                    new Exit(pid, new ExitStatus(code, signal), Instant.now(), orphans));
        }

        boolean lives() {
            return !exit.isDone();
        }

        @Override
        public int pid() {
            return pid;
        }

        @Override
        public long startTime() {
            return 7;
        }

        @Override
        public CompletableFuture<Exit> exit() {
            return exit;
        }

        @Override
        public void signal(int signal) {
            end(0, signal);
        }
    }

    @Override
    public ChildProcess create(ContainerId id, Path bundle, Streams streams, Patience patience) {
        commands.add("create " + id);
        Init init = new Init(pids.incrementAndGet(), bundle);
        if (containers.putIfAbsent(id.value(), init) != null) {
            throw new ShimException(
                    ErrorCode.E_RUNTIME_FAILED,
                    Kind.ALREADY_EXISTS,
                    "container with id " + id + " exists");
        }
        creations.put(id.value(), patience);
        duringCreate.accept(init);
        return init;
    }

    @Override
    public ChildProcess exec(
            ContainerId id,
            Path bundle,
            String name,
            byte[] process,
            Streams streams,
            Deadline deadline) {
        commands.add("exec " + id + " " + name);
        if (!find(id).lives()) {
            throw ShimException.failedPrecondition(
                    ErrorCode.E_RUNTIME_FAILED, "container not running");
        }
        Init exec = new Init(pids.incrementAndGet(), bundle);
        processes.put(id + "/" + name, new String(process, StandardCharsets.UTF_8));
        duringExec.accept(exec);
        execs.put(id + "/" + name, exec);
        return exec;
    }

    /** A process that some process has left. */
    Init stray(Path bundle) {
        return new Init(pids.incrementAndGet(), bundle);
    }

    @Override
    public void start(ContainerId id, Path bundle, Deadline deadline) {
        commands.add("start " + id);
        Init init = find(id);
        if (init.lives()) {
            init.status = "running";
        }
        duringStart.accept(init);
    }

    @Override
    public void kill(ContainerId id, Path bundle, int signal, Target target, Deadline deadline) {
        refuseIfMissing();
        commands.add("kill " + id + " " + signal + " " + target);
        Init init = find(id);
        if (!init.end(0, signal)) {
            throw ShimException.notFound(ErrorCode.E_RUNTIME_FAILED, "process already finished");
        }
        afterKill.accept(init);
    }

    @Override
    public void delete(ContainerId id, Path bundle, Deadline deadline) {
        refuseIfMissing();
        commands.add("delete " + id);
        if (find(id).lives()) {
            throw new ShimException(
                    ErrorCode.E_RUNTIME_FAILED, Kind.FAILED, "container " + id + " is not stopped");
        }
        containers.remove(id.value());
    }

    @Override
    public Discarded discard(ContainerId id, Path bundle, Deadline deadline) {
        refuseIfMissing();
        commands.add("discard " + id);
        Init init = containers.get(id.value());
        if (init != null && !init.bundle.equals(bundle)) {
            return Discarded.FOREIGN;
        }
        if (init == null) {
            return Discarded.NOTHING;
        }
        init.end(0, 9);
        containers.remove(id.value());
        return Discarded.REMOVED;
    }

    private void refuseIfMissing() {
        if (missing) {
            throw ShimException.failedPrecondition(
                    ErrorCode.E_RUNTIME_FAILED, "the runtime is not found");
        }
    }

    private Init find(ContainerId id) {
        Init init = containers.get(id.value());
        if (init == null) {
            throw ShimException.notFound(
                    ErrorCode.E_RUNTIME_FAILED, "container does not exist: " + id);
        }
        return init;
    }
}
