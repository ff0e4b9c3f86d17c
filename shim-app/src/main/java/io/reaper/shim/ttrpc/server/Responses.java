package io.reaper.shim.ttrpc.server;

import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.FailureText;
import io.reaper.proto.ttrpc.Response;
import io.reaper.proto.ttrpc.Status;
import io.reaper.shim.ttrpc.Call;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.wire.Frame;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** Turns what a service answered, whatever it was, into a response frame. */
final class Responses {
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_MESSAGE = 16 * 1024;

    private Responses() {}

    /**
     * @param message of success; null if failed
     * @param failure null if succeeded
     */
    static Buffer frame(
            int streamId,
            Call call,
            MessageLite message,
            Throwable failure,
            Consumer<String> problems) {
        if (failure == null) {
            try {
                return success(streamId, message);
            } catch (RuntimeException | Error e) {
                return failure(streamId, call, e, problems);
            }
        }
        return failure(streamId, call, cause(failure), problems);
    }

    private static Buffer failure(
            int streamId, Call call, Throwable cause, Consumer<String> problems) {
        String text = FailureText.of(cause);
        if (cause instanceof TtrpcException e) {
            return failure(streamId, e.status(), text);
        }
        problems.accept(shown(call.method()) + " failed: " + text);
        return failure(streamId, Code.UNKNOWN, text);
    }

    static Buffer failure(int streamId, Code code, String message) {
        Status status =
                Status.newBuilder()
                        .setCode(code.value())
                        .setMessage(cut(message, LONGEST_MESSAGE))
                        .build();
        return Frame.encode(
                streamId, Frame.RESPONSE, Response.newBuilder().setStatus(status).build());
    }

    /** A name from a request as an error may repeat it. */
    static String shown(String name) {
        return cut(name, LONGEST_NAME);
    }

    private static Buffer success(int streamId, MessageLite message) {
        if (message == null) {
            throw new TtrpcException(
                    ErrorCode.E_INTERNAL, Code.INTERNAL, "service answered with no message");
        }
        return Frame.encode(
                streamId,
                Frame.RESPONSE,
                Response.newBuilder().setPayload(message.toByteString()).build());
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "…";
    }
}
