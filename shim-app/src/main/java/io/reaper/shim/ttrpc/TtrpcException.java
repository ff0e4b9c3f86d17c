package io.reaper.shim.ttrpc;

import io.grpc.Status.Code;

/** A call's failure as it travels: a gRPC status code and one line of text. */
public final class TtrpcException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Code code;

    public TtrpcException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public TtrpcException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /**
     * A failure as the peer told it.
     *
     * @param status any number: UNKNOWN if it has no name
     */
    public static TtrpcException ofStatus(int status, String message) {
        return new TtrpcException(Codes.of(status), message);
    }

    public Code code() {
        return code;
    }
}
