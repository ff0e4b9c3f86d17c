package io.reaper.shim.ttrpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.Status.Code;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import java.util.List;
import java.util.Map;

/**
 * A unary request.
 *
 * @param service full name, e.g. containerd.task.v2.Task
 * @param method bare name, e.g. Create
 * @param payload the method's request message
 * @param metadata lower-case keys, e.g. containerd-namespace-ttrpc
 * @param deadline when the caller will have been told DEADLINE_EXCEEDED; {@link Deadline#NONE} if
 *     it set none. The call itself is never cancelled: work that must not outlive it watches this
 */
public record Call(
        String service,
        String method,
        ByteString payload,
        Map<String, List<String>> metadata,
        Deadline deadline) {

    /**
     * The payload as a message.
     *
     * @throws TtrpcException INVALID_ARGUMENT if it is none
     */
    public <T extends MessageLite> T request(Parser<T> parser) {
        try {
            return parser.parseFrom(payload);
        } catch (InvalidProtocolBufferException e) {
            throw new TtrpcException(
                    ErrorCode.E_CALL_INVALID,
                    Code.INVALID_ARGUMENT,
                    "request of " + method + " cannot be decoded: " + e.getMessage(),
                    e);
        }
    }

    /** The answer to a call of a method that the service does not have. */
    public TtrpcException unimplemented() {
        return new TtrpcException(
                ErrorCode.E_CALL_UNKNOWN,
                Code.UNIMPLEMENTED,
                "method " + method + " of " + service + " is not implemented");
    }
}
