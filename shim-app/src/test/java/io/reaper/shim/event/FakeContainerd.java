package io.reaper.shim.event;

import com.google.protobuf.Empty;
import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.contract.ErrorCode;
import io.reaper.proto.events.Envelope;
import io.reaper.proto.events.ForwardRequest;
import io.reaper.shim.ttrpc.Call;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.TtrpcService;
import io.reaper.shim.ttrpc.server.TtrpcServer;
import io.reaper.shim.vertx.ShimVertx;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Containerd's Events service on a socket; ends as containerd does when it is stopped. */
final class FakeContainerd implements AutoCloseable, TtrpcService {
    final List<Call> calls = new CopyOnWriteArrayList<>();
    final List<Envelope> events = new CopyOnWriteArrayList<>();
    private final Semaphore taken = new Semaphore(0);
    private final Vertx vertx = ShimVertx.create();
    private final TtrpcServer server =
            new TtrpcServer(
                    vertx,
                    List.of(this),
                    problem -> {
                        throw new AssertionError(problem);
                    });
    private final Function<Envelope, Code> verdict;

    private FakeContainerd(Function<Envelope, Code> verdict) {
        this.verdict = verdict;
    }

    static FakeContainerd start(Path socket) {
        return start(socket, event -> Code.OK);
    }

    static FakeContainerd start(Path socket, Function<Envelope, Code> verdict) {
        FakeContainerd containerd = new FakeContainerd(verdict);
        await(containerd.server.listen(socket));
        return containerd;
    }

    @Override
    public Set<String> names() {
        return Set.of("containerd.services.events.ttrpc.v1.Events");
    }

    @Override
    public CompletionStage<? extends MessageLite> call(Call call) {
        if (!call.method().equals("Forward")) {
            throw call.unimplemented();
        }
        calls.add(call);
        Envelope event = call.request(ForwardRequest.parser()).getEnvelope();
        Code code = verdict.apply(event);
        if (code != Code.OK) {
            throw new TtrpcException(ErrorCode.E_CALL_REFUSED, code, "not this one");
        }
        events.add(event);
        taken.release();
        return CompletableFuture.completedStage(Empty.getDefaultInstance());
    }

    @Override
    public void close() {
        await(server.close());
        await(vertx.close().toCompletionStage());
    }

    /** Waits until as many events have come. */
    void awaitEvents(int count) throws InterruptedException {
        taken.acquire(count);
    }

    static void await(CompletionStage<Void> done) {
        done.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
