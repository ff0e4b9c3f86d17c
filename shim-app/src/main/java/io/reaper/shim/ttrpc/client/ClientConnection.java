package io.reaper.shim.ttrpc.client;

import com.google.protobuf.ByteString;
import io.grpc.Status.Code;
import io.reaper.contract.ErrorCode;
import io.reaper.proto.ttrpc.Request;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.wire.Frame;
import io.reaper.shim.ttrpc.wire.FrameDecoder;
import io.reaper.shim.ttrpc.wire.Inbound;
import io.reaper.shim.ttrpc.wire.Inbound.Broken;
import io.reaper.shim.ttrpc.wire.Inbound.Oversized;
import io.vertx.core.Promise;
import io.vertx.core.net.NetSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A connection to a server: odd, rising stream ids; each response to its stream. Event loop only.
 */
final class ClientConnection {
    private final NetSocket connection;
    private final Path path;
    private final Map<Integer, Promise<ByteString>> pending = new HashMap<>();
    private int nextStreamId = 1;
    private boolean closed;

    ClientConnection(NetSocket connection, Path path) {
        this.connection = connection;
        this.path = path;
        FrameDecoder decoder = new FrameDecoder(this::found);
        connection.handler(decoder::feed);
        connection.closeHandler(unused -> closed());
        // A reset: the close handler follows.
        connection.exceptionHandler(unused -> {});
    }

    /** Whether it is open and has stream ids left. */
    boolean isUsable() {
        return !closed && nextStreamId > 0;
    }

    /** Sends a request; a call that fails before it is answered just leaves the map. */
    void send(Request request, Promise<ByteString> response) {
        if (response.future().isComplete()) {
            return;
        }
        if (closed) {
            response.tryFail(UnaryCall.lost(path));
            return;
        }
        int streamId = nextStreamId;
        try {
            connection.write(Frame.encode(streamId, Frame.REQUEST, request));
        } catch (TtrpcException e) {
            response.tryFail(e);
            return;
        }
        nextStreamId += 2;
        pending.put(streamId, response);
        response.future().onComplete(unused -> pending.remove(streamId));
    }

    void close() {
        connection.close();
    }

    private void closed() {
        closed = true;
        for (Promise<ByteString> response : List.copyOf(pending.values())) {
            response.tryFail(UnaryCall.lost(path));
        }
    }

    private void found(Inbound inbound) {
        switch (inbound) {
            case Frame frame -> {
                Promise<ByteString> response = pending.get(frame.streamId());
                // A late response has nobody who waits for it.
                if (response != null) {
                    answered(frame, response);
                }
            }
            case Oversized(int streamId, int length) -> {
                Promise<ByteString> response = pending.get(streamId);
                if (response != null) {
                    response.tryFail(
                            new TtrpcException(
                                    ErrorCode.E_CALL_TOO_LARGE,
                                    Code.RESOURCE_EXHAUSTED,
                                    "response of %d bytes exceeds the limit of %d"
                                            .formatted(length, Frame.MAX_PAYLOAD)));
                }
            }
            case Broken broken -> connection.close();
        }
    }

    private void answered(Frame frame, Promise<ByteString> promise) {
        switch (frame.type()) {
            case Frame.RESPONSE -> {
                try {
                    promise.tryComplete(UnaryCall.response(frame.payload(), path));
                } catch (TtrpcException e) {
                    promise.tryFail(e);
                }
            }
            case Frame.DATA ->
                    promise.tryFail(
                            new TtrpcException(
                                    ErrorCode.E_PEER_FAILED,
                                    Code.INTERNAL,
                                    path + ": data in answer to a unary call"));
            default -> {
                // Of a later protocol version: ignored, as the protocol asks.
            }
        }
    }
}
