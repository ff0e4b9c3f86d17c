package io.reaper.shim;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.reaper.shim.boot.GoFlags;
import io.reaper.shim.boot.ShimApplication;

/** {@code containerd-shim-reaper-v2}: containerd's side of Reaper. */
@QuarkusMain
public final class ReaperShim {

    private ReaperShim() {}

    /**
     * Runs one action.
     *
     * @param args in the syntax of Go's package flag, as containerd gives them
     */
    public static void main(String[] args) {
        Quarkus.run(ShimApplication.class, GoFlags.toPicocli(args));
    }
}
