package io.reaper.shim.daemon;

/**
 * A node has a daemon for each pod, and each serves a few small calls at a time: this keeps its
 * threads few and its buffers small. By system properties, which the libraries read when they are
 * used first.
 */
final class Frugality {

    private Frugality() {}

    /** Before the first virtual thread, and before Vert.x. */
    static void configure() {
        // A thread that waits in a system call (mount, fsync) keeps its carrier: two go on.
        prefer("jdk.virtualThreadScheduler.parallelism", "2");
        prefer("jdk.virtualThreadScheduler.maxPoolSize", "4");
        prefer("io.netty.allocator.maxOrder", "1"); // chunks of 16 KiB instead of 64 KiB and more
        prefer("io.netty.allocator.numDirectArenas", "1");
        prefer("io.netty.allocator.numHeapArenas", "0");
        prefer("vertx.disableDnsResolver", "true"); // no host is ever looked up
    }

    private static void prefer(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
