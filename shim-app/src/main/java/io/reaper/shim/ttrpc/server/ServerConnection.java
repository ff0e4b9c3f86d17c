package io.reaper.shim.ttrpc.server;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.contract.ErrorCode;
import io.reaper.proto.ttrpc.KeyValue;
import io.reaper.proto.ttrpc.Request;
import io.reaper.shim.ttrpc.Call;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.TtrpcService;
import io.reaper.shim.ttrpc.wire.Frame;
import io.reaper.shim.ttrpc.wire.FrameDecoder;
import io.reaper.shim.ttrpc.wire.Inbound;
import io.reaper.shim.ttrpc.wire.Inbound.Broken;
import io.reaper.shim.ttrpc.wire.Inbound.Oversized;
import io.reaper.shim.ttrpc.wire.Timeout;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A client's connection: frames in, calls out to services, one response per stream.
 *
 * <p>Its memory is bounded whatever the client does: it is not read from while its responses are
 * not read by the client, or while the requests being served hold more than {@link
 * #MAX_CALL_BYTES}; and no more than {@link #MAX_CALLS} calls are served at a time (those above are
 * refused rather than left unread: calls that pend for ever must not keep a Kill from being heard).
 *
 * <p>When the client goes away nothing is cancelled: its calls go on and their answers are dropped.
 *
 * <p>Everything but {@link #serve} runs on the event loop, which owns all fields.
 */
final class ServerConnection {
    static final int MAX_CALLS = 4096;
    static final long MAX_CALL_BYTES = 2 << 20;

    private final Vertx vertx;
    private final Context context;
    private final NetSocket socket;
    private final Map<String, TtrpcService> services;
    private final Consumer<String> problems;
    private final Runnable changed;
    private final FrameDecoder decoder = new FrameDecoder(this::found);
    private final Set<Serving> calls = new HashSet<>();
    private long callBytes;
    private int running;
    private int unwritten;
    private int lastStreamId;
    private boolean paused;
    private boolean refusing;
    private boolean closed;
    private boolean used;

    /** A call from its request on until its service has answered; the client may hear earlier. */
    private static final class Serving {
        final int streamId;
        final int bytes;
        long timer = -1;
        boolean answered;

        Serving(int streamId, int bytes) {
            this.streamId = streamId;
            this.bytes = bytes;
        }
    }

    /**
     * @param changed is run when {@link #isOver} or {@link #isSettled} may have become true
     */
    ServerConnection(
            Vertx vertx,
            Context context,
            NetSocket socket,
            Map<String, TtrpcService> services,
            Consumer<String> problems,
            Runnable changed) {
        this.vertx = vertx;
        this.context = context;
        this.socket = socket;
        this.services = services;
        this.problems = problems;
        this.changed = changed;
    }

    void open() {
        socket.handler(
                bytes -> {
                    decoder.feed(bytes);
                    regulate();
                });
        socket.drainHandler(unused -> regulate());
        socket.closeHandler(unused -> closed());
        // A reset: the close handler follows.
        socket.exceptionHandler(unused -> {});
    }

    /** Whether the client is gone and no {@link TtrpcService#call} of it runs any more. */
    boolean isOver() {
        return closed && running == 0;
    }

    /** Whether a call was served: who only looks whether somebody listens makes none. */
    boolean wasUsed() {
        return used;
    }

    /** Whether every call that has its answer, or is about to, has been answered on the wire. */
    boolean isSettled() {
        return closed || (running == 0 && unwritten == 0);
    }

    /** Answers UNAVAILABLE to every further call. */
    void refuseCalls() {
        refusing = true;
    }

    private void closed() {
        closed = true;
        calls.forEach(call -> vertx.cancelTimer(call.timer));
        changed.run();
    }

    private void regulate() {
        boolean full = socket.writeQueueFull() || callBytes > MAX_CALL_BYTES;
        if (full != paused && !closed) {
            paused = full;
            if (full) {
                socket.pause();
            } else {
                socket.resume();
            }
        }
    }

    private void found(Inbound inbound) {
        switch (inbound) {
            case Frame frame -> {
                switch (frame.type()) {
                    case Frame.REQUEST -> request(frame);
                    case Frame.DATA ->
                            refuse(
                                    frame.streamId(),
                                    Code.INVALID_ARGUMENT,
                                    "stream " + text(frame.streamId()) + " takes no data");
                    default -> {
                        // Not for a server of this protocol version: ignored, as the protocol asks.
                    }
                }
            }
            case Oversized(int streamId, int length) ->
                    refuse(
                            streamId,
                            Code.RESOURCE_EXHAUSTED,
                            "message of %d bytes exceeds the limit of %d"
                                    .formatted(length, Frame.MAX_PAYLOAD));
            case Broken(int length) -> {
                problems.accept(
                        "TTRPC frame of %s bytes: connection closed"
                                .formatted(Integer.toUnsignedString(length)));
                socket.close();
            }
        }
    }

    private void request(Frame frame) {
        int streamId = frame.streamId();
        if ((streamId & 1) == 0 || Integer.compareUnsigned(streamId, lastStreamId) <= 0) {
            refuse(
                    streamId,
                    Code.INVALID_ARGUMENT,
                    "stream id %s is not odd and above %s"
                            .formatted(text(streamId), text(lastStreamId)));
            return;
        }
        lastStreamId = streamId;
        try {
            admit(frame, Request.parseFrom(frame.payload()));
        } catch (InvalidProtocolBufferException e) {
            refuse(
                    streamId,
                    Code.INVALID_ARGUMENT,
                    "request envelope cannot be decoded: " + e.getMessage());
        } catch (TtrpcException e) {
            refuse(streamId, e.status(), e.getMessage());
        }
    }

    private void admit(Frame frame, Request request) {
        if (refusing) {
            throw new TtrpcException(
                    ErrorCode.E_CALL_REFUSED, Code.UNAVAILABLE, "the shim is shutting down");
        }
        if (calls.size() >= MAX_CALLS) {
            throw new TtrpcException(
                    ErrorCode.E_CALL_REFUSED,
                    Code.RESOURCE_EXHAUSTED,
                    MAX_CALLS + " calls are pending on this connection");
        }
        TtrpcService service = services.get(request.getService());
        if (service == null) {
            throw new TtrpcException(
                    ErrorCode.E_CALL_UNKNOWN,
                    Code.UNIMPLEMENTED,
                    "service " + Responses.shown(request.getService()) + " is not implemented");
        }
        long timeout = request.getTimeoutNano();
        if (timeout < 0) {
            throw new TtrpcException(
                    ErrorCode.E_CALL_OVERDUE,
                    Code.DEADLINE_EXCEEDED,
                    "the deadline has passed already");
        }
        Serving serving = new Serving(frame.streamId(), frame.payload().size());
        used = true;
        calls.add(serving);
        callBytes += serving.bytes;
        running++;
        Timeout limit = Timeout.ofNanos(timeout);
        if (limit.isLimited()) {
            // deadline: the client's, answered while the service may still work
            serving.timer =
                    vertx.setTimer(limit.millis(), unused -> overdue(serving, request.getMethod()));
        }
        Call call =
                new Call(
                        request.getService(),
                        request.getMethod(),
                        request.getPayload(),
                        metadata(request),
                        limit.deadline());
        Thread.ofVirtual()
                .name("ttrpc-" + call.method())
                .start(() -> serve(serving, service, call));
    }

    /** On the call's own thread. */
    private void serve(Serving serving, TtrpcService service, Call call) {
        CompletionStage<? extends MessageLite> answer;
        try {
            answer = service.call(call);
            if (answer == null) {
                throw new IllegalStateException("service returned no answer");
            }
        } catch (Throwable t) {
            answer = CompletableFuture.failedStage(t);
        }
        answer.whenComplete(
                (message, failure) -> {
                    Buffer frame =
                            Responses.frame(serving.streamId, call, message, failure, problems);
                    context.runOnContext(unused -> answered(serving, frame));
                });
        // Behind the answer, if there is one: between the two the connection is never settled.
        context.runOnContext(
                unused -> {
                    running--;
                    changed.run();
                });
    }

    private void answered(Serving serving, Buffer frame) {
        calls.remove(serving);
        callBytes -= serving.bytes;
        vertx.cancelTimer(serving.timer);
        if (!serving.answered) {
            serving.answered = true;
            write(frame);
        }
        regulate();
    }

    private void overdue(Serving serving, String method) {
        serving.answered = true;
        refuse(
                serving.streamId,
                Code.DEADLINE_EXCEEDED,
                Responses.shown(method) + " did not end before its deadline");
    }

    private void refuse(int streamId, Code code, String message) {
        write(Responses.failure(streamId, code, message));
    }

    private void write(Buffer frame) {
        if (closed) {
            return;
        }
        unwritten++;
        socket.write(frame)
                .onComplete(
                        unused -> {
                            unwritten--;
                            changed.run();
                        });
    }

    private static Map<String, List<String>> metadata(Request request) {
        Map<String, List<String>> metadata = new HashMap<>();
        for (KeyValue entry : request.getMetadataList()) {
            metadata.computeIfAbsent(entry.getKey(), key -> new ArrayList<>())
                    .add(entry.getValue());
        }
        return metadata;
    }

    private static String text(int streamId) {
        return Integer.toUnsignedString(streamId);
    }
}
