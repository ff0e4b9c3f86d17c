package io.reaper.shim;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.reaper.linux.seam.ImageSignals;
import io.reaper.shim.cli.ShimApplication;
import io.reaper.shim.cli.ShimCommandLine;
import io.reaper.shim.vertx.ShimVertx;

/**
 * {@code containerd-shim-reaper-v2}: containerd's side of Reaper. A native image goes straight to
 * its commands, which were prepared while it was built; the JVM starts the same ones through the
 * framework.
 */
@QuarkusMain
public final class ReaperShim {

    private static final boolean IMAGE =
            System.getProperty("org.graalvm.nativeimage.imagecode") != null;

    /**
     * In an image made while it is built: reading the annotations takes longer than most actions.
     */
    private static final ShimCommandLine PREPARED =
            IMAGE ? new ShimCommandLine(ShimVertx::create) : null;

    private ReaperShim() {}

    /**
     * Runs one action and ends the process with its exit status.
     *
     * @param args in the syntax of Go's package flag, as containerd gives them
     */
    public static void main(String[] args) {
        if (IMAGE) {
            ImageSignals.handle();
            System.exit(PREPARED.execute(args));
        } else {
            Quarkus.run(ShimApplication.class, args);
        }
    }
}
