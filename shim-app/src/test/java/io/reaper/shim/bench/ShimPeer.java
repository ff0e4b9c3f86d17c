package io.reaper.shim.bench;

import java.util.List;

/** The shims that are compared, each with the runtime that belongs to it. */
enum ShimPeer {
    REAPER("io.containerd.reaper.v2", "containerd-shim-reaper-v2"),
    RUNC("io.containerd.runc.v2", "containerd-shim-runc-v2");

    private final String runtime;
    private final String program;

    ShimPeer(String runtime, String program) {
        this.runtime = runtime;
        this.program = program;
    }

    /** All, in an order that changes from round to round: nobody is always first. */
    static List<ShimPeer> inRound(int round) {
        return round % 2 == 0 ? List.of(REAPER, RUNC) : List.of(RUNC, REAPER);
    }

    /** As `ctr run --runtime` names it. */
    String runtime() {
        return runtime;
    }

    String program() {
        return program;
    }
}
