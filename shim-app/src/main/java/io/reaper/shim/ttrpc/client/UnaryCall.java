package io.reaper.shim.ttrpc.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.proto.ttrpc.KeyValue;
import io.reaper.proto.ttrpc.Request;
import io.reaper.proto.ttrpc.Response;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.wire.Timeout;
import java.nio.file.Path;
import java.util.Map;

/** What a client of either kind sends, and what it makes of the answer. */
final class UnaryCall {

    private UnaryCall() {}

    static Request request(
            String service,
            String method,
            MessageLite request,
            Map<String, String> metadata,
            Deadline deadline) {
        Request.Builder envelope =
                Request.newBuilder()
                        .setService(service)
                        .setMethod(method)
                        .setPayload(request.toByteString())
                        .setTimeoutNano(Timeout.until(deadline).nanos());
        metadata.forEach(
                (key, value) ->
                        envelope.addMetadata(KeyValue.newBuilder().setKey(key).setValue(value)));
        return envelope.build();
    }

    /**
     * The response message's bytes.
     *
     * @param frame of type response
     * @param peer the socket, for messages
     * @throws TtrpcException the peer's status; INTERNAL if it cannot be decoded
     */
    static ByteString response(ByteString frame, Path peer) {
        try {
            Response response = Response.parseFrom(frame);
            int status = response.getStatus().getCode();
            if (status != Code.OK.value()) {
                throw TtrpcException.ofStatus(status, response.getStatus().getMessage());
            }
            return response.getPayload();
        } catch (InvalidProtocolBufferException e) {
            throw new TtrpcException(
                    ErrorCode.E_PEER_FAILED,
                    Code.INTERNAL,
                    peer + ": response cannot be decoded: " + e.getMessage(),
                    e);
        }
    }

    static TtrpcException lost(Path peer) {
        return new TtrpcException(
                ErrorCode.E_PEER_LOST, Code.UNAVAILABLE, "connection to " + peer + " was closed");
    }

    static TtrpcException overdue(Path peer, String method) {
        return new TtrpcException(
                ErrorCode.E_CALL_OVERDUE,
                Code.DEADLINE_EXCEEDED,
                peer + ": " + method + " was not answered in time");
    }
}
