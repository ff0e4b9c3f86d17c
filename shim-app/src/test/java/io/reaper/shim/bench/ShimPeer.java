package io.reaper.shim.bench;

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

    /** As `ctr run --runtime` names it. */
    String runtime() {
        return runtime;
    }

    String program() {
        return program;
    }
}
