package io.reaper.linux.seam;

import org.graalvm.nativeimage.VMRuntime;

/**
 * Signals of an executable. Its virtual machine sets up their handlers itself only where it takes
 * options out of the command line, which ours does not.
 */
public final class ImageSignals {

    private ImageSignals() {}

    /**
     * From now on SIGTERM, SIGINT and SIGHUP run the shutdown hooks, and a closed pipe is an error.
     * In an executable only.
     */
    public static void handle() {
        VMRuntime.initialize();
    }
}
