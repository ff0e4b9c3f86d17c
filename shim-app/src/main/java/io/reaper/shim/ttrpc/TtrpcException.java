package io.reaper.shim.ttrpc;

import io.grpc.Status.Code;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.ReaperException;

/** A call's failure as it travels: a gRPC status code and one line of text. */
public final class TtrpcException extends ReaperException {
    private static final long serialVersionUID = 1;

    private final Code status;

    public TtrpcException(ErrorCode code, Code status, String message) {
        super(code, message);
        this.status = status;
    }

    public TtrpcException(ErrorCode code, Code status, String message, Throwable cause) {
        super(code, message, cause);
        this.status = status;
    }

    /**
     * A failure as the peer told it.
     *
     * @param status any number: UNKNOWN if it has no name
     */
    public static TtrpcException ofStatus(int status, String message) {
        return new TtrpcException(ErrorCode.E_PEER_FAILED, Codes.of(status), message);
    }

    public Code status() {
        return status;
    }
}
