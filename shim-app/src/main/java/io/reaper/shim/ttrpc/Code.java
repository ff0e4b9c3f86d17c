package io.reaper.shim.ttrpc;

/**
 * The status codes of gRPC, which TTRPC uses (google.rpc.Code): of a response, and of a failure. An
 * enum of our own, since grpc-java's brings its whole library into the executable.
 */
public enum Code {
    OK,
    CANCELLED,
    UNKNOWN,
    INVALID_ARGUMENT,
    DEADLINE_EXCEEDED,
    NOT_FOUND,
    ALREADY_EXISTS,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    FAILED_PRECONDITION,
    ABORTED,
    OUT_OF_RANGE,
    UNIMPLEMENTED,
    INTERNAL,
    UNAVAILABLE,
    DATA_LOSS,
    UNAUTHENTICATED;

    private static final Code[] ALL = values();

    /** As it travels. */
    @SuppressWarnings("EnumOrdinal") // the order above is the protocol's
    public int value() {
        return ordinal();
    }

    /** UNKNOWN for a number that has no name. */
    static Code of(int value) {
        return value >= 0 && value < ALL.length ? ALL[value] : UNKNOWN;
    }
}
