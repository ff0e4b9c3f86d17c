package io.reaper.shim.ttrpc;

import io.grpc.Status.Code;

/**
 * The way back from a number to gRPC's code, which TTRPC uses. {@code Status.fromCodeValue} is not
 * taken: it would build a list of statuses, with what belongs to them, in each process.
 */
final class Codes {

    private static final Code[] ALL = Code.values();

    private Codes() {}

    /** UNKNOWN for a number that has no name. */
    static Code of(int value) {
        return value >= 0 && value < ALL.length ? ALL[value] : Code.UNKNOWN;
    }
}
