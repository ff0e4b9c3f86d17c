package io.reaper.shim.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.process.Pidfd;
import io.reaper.proto.bootstrap.BootstrapParams;
import io.reaper.proto.events.Envelope;
import io.reaper.proto.events.ForwardRequest;
import io.reaper.proto.events.TaskExecAdded;
import io.reaper.proto.events.TaskExecStarted;
import io.reaper.proto.events.TaskExit;
import io.reaper.proto.events.TaskStart;
import io.reaper.proto.task.ConnectRequest;
import io.reaper.proto.task.ConnectResponse;
import io.reaper.shim.ttrpc.Call;
import io.reaper.shim.ttrpc.TtrpcService;
import io.reaper.shim.ttrpc.client.TtrpcClient;
import io.reaper.shim.ttrpc.server.TtrpcServer;
import io.reaper.shim.vertx.ShimVertx;
import io.reaper.testing.Await;
import io.reaper.testing.Programs;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The installed shim, called as containerd calls it: sockets, state, bundles and containerd's end
 * of the events are this object's own, in one directory. Ends every daemon it has seen.
 */
final class ShimProgram implements TtrpcService {

    static final String NAMESPACE = "test";

    /** Of waits for other programs: passes only where one hangs. */
    static final Duration LIMIT = Duration.ofMinutes(2);

    private static final String SERVICE = "containerd.task.v2.Task";

    final Path directory;
    final Path sockets;
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    final Map<String, String> environment = new HashMap<>();
    private final Vertx vertx = ShimVertx.create();
    private final TtrpcServer server = new TtrpcServer(vertx, List.of(this), problem -> {});

    ShimProgram(Path directory) {
        this.directory = directory;
        this.sockets = directory.resolve("s");
        await(server.listen(directory.resolve("t")));
        environment.put("TTRPC_ADDRESS", directory.resolve("t").toString());
        environment.put("REAPER_RUNTIME_PATH", Programs.runtime().toString());
        environment.put("REAPER_RUNTIME_ROOT", directory.resolve("run").toString());
        environment.put("REAPER_ISOLATION", "host");
    }

    /** What a program left behind. */
    record Result(int status, ByteString stdout, String stderr) {
        String text() {
            return stdout.toStringUtf8();
        }
    }

    /** A directory as containerd makes it, whose container runs the command of a shell. */
    Path bundle(String id, String script) {
        String config =
                """
                {"ociVersion":"1.0.2","process":{"args":["/bin/sh","-c","%s"],"cwd":"/",
                 "env":["PATH=/usr/bin:/bin"],"user":{"uid":0,"gid":0}},"root":{"path":"rootfs"}}\
                """
                        .formatted(script);
        try {
            Path bundle = Files.createDirectories(directory.resolve("bundles").resolve(id));
            Files.createDirectories(bundle.resolve("rootfs"));
            Files.writeString(bundle.resolve("config.json"), config);
            return bundle;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same, of a container that an annotation puts into a group. */
    Path bundle(String id, String script, String annotation, String group) {
        Path config = bundle(id, script).resolve("config.json");
        try {
            String document = Files.readString(config);
            Files.writeString(
                    config,
                    document.substring(0, document.length() - 1)
                            + ",\"annotations\":{\"%s\":\"%s\"}}".formatted(annotation, group));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return config.getParent();
    }

    /** The parameters of containerd 2.3, which name a directory for sockets. */
    byte[] bootstrap(String id) {
        return BootstrapParams.newBuilder()
                .setInstanceId(id)
                .setNamespace(NAMESPACE)
                .setSocketDir(sockets.toString())
                .build()
                .toByteArray();
    }

    Result run(Path bundle, byte[] stdin, String... arguments) throws Exception {
        return finish(launch(bundle, stdin, arguments));
    }

    Process launch(Path bundle, byte[] stdin, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.addFirst(Programs.shim().toString());
        return launch(bundle, stdin, command);
    }

    Process launch(Path bundle, byte[] stdin, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(bundle.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(stdin);
        }
        return process;
    }

    static Result finish(Process process) throws Exception {
        CompletableFuture<byte[]> stdout =
                CompletableFuture.supplyAsync(() -> readAll(process.getInputStream()));
        byte[] stderr = readAll(process.getErrorStream());
        assertTrue(process.waitFor(LIMIT), "the program hangs");
        return new Result(
                process.exitValue(),
                ByteString.copyFrom(stdout.get()),
                new String(stderr, StandardCharsets.UTF_8));
    }

    private static byte[] readAll(InputStream stream) {
        try (stream) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String[] start(String id) {
        return new String[] {
            "-namespace", NAMESPACE, "-address", directory + "/c.sock", "-id", id, "start"
        };
    }

    /** Runs {@code start} and connects to what it names. */
    Client startDaemon(String id, Path bundle) throws Exception {
        Result result = run(bundle, bootstrap(id), start(id));
        assertEquals(0, result.status(), result.stderr());
        return connect(result.text());
    }

    Result delete(String id, Path bundle) throws Exception {
        return run(
                bundle,
                new byte[0],
                "-namespace",
                NAMESPACE,
                "-id",
                id,
                "-bundle",
                bundle.toString(),
                "delete");
    }

    /** Serves at a socket, as another program would. */
    TtrpcServer serve(Path socket, TtrpcService service) {
        TtrpcServer other = new TtrpcServer(vertx, List.of(service), problem -> {});
        await(other.listen(socket));
        return other;
    }

    Client connect(String address) throws Exception {
        Client client = new Client(new TtrpcClient(vertx, address), address);
        client.pid = ProcessHandle.current().pid(); // until it says its own
        ConnectResponse connected =
                ConnectResponse.parseFrom(
                        client.call("Connect", ConnectRequest.getDefaultInstance()));
        client.pid = connected.getShimPid();
        return client;
    }

    /** containerd's connection to one daemon. */
    static final class Client {
        final String address;
        private final TtrpcClient client;
        long pid;

        private Client(TtrpcClient client, String address) {
            this.client = client;
            this.address = address;
        }

        ByteString call(String method, MessageLite request) throws Exception {
            return send(method, request, Deadline.NONE).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        CompletableFuture<ByteString> send(String method, MessageLite request, Deadline deadline) {
            return client.call(SERVICE, method, request, Map.of(), deadline).toCompletableFuture();
        }

        Path socket() {
            return Path.of(address.substring("unix://".length()));
        }

        boolean lives() {
            return Calls.lives((int) pid);
        }

        /** As containerd does, which has one connection for each container. */
        void disconnect() {
            client.disconnect();
        }

        /** As if it had crashed. */
        void killDaemon() {
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            awaitEnd();
        }

        /** Until the kernel says so, whoever its parent is, and whether that one takes note. */
        void awaitEnd() {
            Pidfd.find((int) pid).ifPresent(Client::awaitEnd);
        }

        private static void awaitEnd(Pidfd daemon) {
            try (daemon) {
                assertTrue(
                        daemon.awaitExit(Deadline.after(LIMIT)),
                        () -> "the daemon has not ended: " + commandLine(daemon.pid()));
            }
        }
    }

    String nextEvent() throws InterruptedException {
        String event = events.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertNotNull(event, "no event has come");
        return event;
    }

    /** The next events, up to and with the first that begins so. */
    List<String> eventsUntil(String last) throws InterruptedException {
        List<String> seen = new ArrayList<>();
        do {
            seen.add(nextEvent());
        } while (!seen.getLast().startsWith(last));
        return seen;
    }

    @Override
    public Set<String> names() {
        return Set.of("containerd.services.events.ttrpc.v1.Events");
    }

    @Override
    public CompletionStage<? extends MessageLite> call(Call call) {
        var envelope = call.request(ForwardRequest.parser()).getEnvelope();
        events.add(envelope.getTopic() + detail(envelope.getEvent().getTypeUrl(), envelope));
        return CompletableFuture.completedStage(Empty.getDefaultInstance());
    }

    private static String detail(String type, Envelope envelope) {
        ByteString value = envelope.getEvent().getValue();
        try {
            return switch (type) {
                case "containerd.events.TaskExit" -> exit(TaskExit.parseFrom(value));
                case "containerd.events.TaskExecAdded" ->
                        " " + TaskExecAdded.parseFrom(value).getExecId();
                case "containerd.events.TaskExecStarted" ->
                        " " + TaskExecStarted.parseFrom(value).getExecId();
                case "containerd.events.TaskStart" ->
                        TaskStart.parseFrom(value).getPid() > 0 ? "" : " without a pid";
                default -> "";
            };
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String exit(TaskExit exit) {
        String exec = exit.getId().equals(exit.getContainerId()) ? "" : " " + exit.getId();
        return exec + " " + exit.getExitStatus();
    }

    static void await(CompletionStage<?> stage) {
        stage.toCompletableFuture().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** Processes with these words in their command lines. */
    static List<ProcessHandle> running(String words) {
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process.pid()).contains(words))
                .toList();
    }

    static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
        } catch (IOException e) {
            return ""; // it has ended
        }
    }

    /**
     * Kills what a failed test left; containers are below their daemons or known by their bundle.
     * Daemons are known by theirs, also those to which nobody has connected. Returns when no
     * command is at our directory any more: that of a delete may outlast it.
     */
    void end() throws Exception {
        running(" -bundle " + directory + "/").forEach(ProcessHandle::destroyForcibly);
        try (var bundles = Files.list(Files.createDirectories(directory.resolve("bundles")))) {
            for (Path bundle : bundles.toList()) {
                delete(bundle.getFileName().toString(), bundle);
            }
        }
        try {
            Await.until(LIMIT, () -> ours().isEmpty(), () -> "nothing runs: " + ours());
        } finally {
            running(directory + "/").forEach(ProcessHandle::destroyForcibly);
        }
        await(server.close());
        await(vertx.close().toCompletionStage());
    }

    private List<String> ours() {
        return running(directory + "/").stream().map(p -> commandLine(p.pid())).toList();
    }

    /** The runtime's part of a delete may outlast the shim's, whose time is short. */
    void awaitNoState() {
        Path states = directory.resolve("run");
        Await.until(LIMIT, () -> entries(states).isEmpty(), () -> "empty: " + entries(states));
    }

    /** What is there; nothing where there is no such directory. */
    static List<String> entries(Path path) {
        try (var entries = Files.list(path)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void assertEmpty(Path path) {
        assertEquals(List.of(), entries(path), path::toString);
    }
}
