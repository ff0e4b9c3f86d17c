package io.reaper.shim.ttrpc.server;

import com.google.protobuf.MessageLite;
import io.reaper.proto.task.ConnectResponse;
import io.reaper.proto.task.WaitResponse;
import io.reaper.shim.ttrpc.Call;
import io.reaper.shim.ttrpc.TtrpcService;
import io.reaper.shim.ttrpc.wire.RawPeer;
import io.reaper.shim.vertx.ShimVertx;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The server under test on a socket in a directory of its own, with one service: test.Service. */
public final class TestServer implements AutoCloseable {
    public static final String SERVICE = "test.Service";

    final Vertx vertx = ShimVertx.create();
    final Queue<String> problems = new ConcurrentLinkedQueue<>();
    final BlockingQueue<CompletableFuture<MessageLite>> waits = new LinkedBlockingQueue<>();
    final Path directory;
    public final Path socket;
    final TtrpcServer server;

    private final Function<Call, CompletionStage<? extends MessageLite>> method;

    private TestServer(
            Function<Call, CompletionStage<? extends MessageLite>> method, Duration closingGrace)
            throws IOException {
        this.method = method;
        directory = Files.createTempDirectory("ttrpc");
        socket = directory.resolve("s");
        server = new TtrpcServer(vertx, List.of(service()), problems::add, closingGrace);
    }

    /**
     * Its methods: Wait pends until {@link #waits} are completed, the others are the function's.
     */
    public static TestServer start(Function<Call, CompletionStage<? extends MessageLite>> method)
            throws IOException {
        return start(method, Duration.ofSeconds(30));
    }

    /**
     * The same.
     *
     * @param closingGrace for clients that do not read: no test but theirs waits so long
     */
    public static TestServer start(
            Function<Call, CompletionStage<? extends MessageLite>> method, Duration closingGrace)
            throws IOException {
        TestServer server = new TestServer(method, closingGrace);
        await(server.server.listen(server.socket));
        return server;
    }

    /** Connect answers 42. */
    public static TestServer start() throws IOException {
        return start(call -> CompletableFuture.failedStage(call.unimplemented()));
    }

    private TtrpcService service() {
        return new TtrpcService() {
            @Override
            public Set<String> names() {
                return Set.of(SERVICE, "test.v2.Service");
            }

            @Override
            public CompletionStage<? extends MessageLite> call(Call call) {
                return switch (call.method()) {
                    case "Connect" -> CompletableFuture.completedStage(answer(42));
                    case "Wait" -> {
                        CompletableFuture<MessageLite> wait = new CompletableFuture<>();
                        waits.add(wait);
                        yield wait;
                    }
                    default -> method.apply(call);
                };
            }
        };
    }

    public static ConnectResponse answer(int pid) {
        return ConnectResponse.newBuilder().setShimPid(pid).build();
    }

    static WaitResponse exited(int status) {
        return WaitResponse.newBuilder().setExitStatus(status).build();
    }

    /** Whether a fresh connection gets a good answer. */
    boolean answers() throws IOException {
        try (RawPeer peer = RawPeer.connect(socket)) {
            peer.call(1, SERVICE, "Connect", answer(0));
            RawPeer.RawFrame frame = peer.receive();
            return frame.streamId() == 1
                    && frame.type() == 2
                    && frame.flags() == 0
                    && ConnectResponse.parseFrom(frame.response().getPayload()).getShimPid() == 42;
        }
    }

    @Override
    public void close() throws IOException {
        await(server.close());
        await(vertx.close().toCompletionStage());
        Files.deleteIfExists(socket);
        Files.delete(directory);
    }

    public static void await(CompletionStage<Void> done) {
        done.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
