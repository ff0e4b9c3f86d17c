/**
 * The shim's log: its file and the bundle's FIFO to containerd. Not here: what Netty says, which
 * {@code vertx} brings here, and the runtime's own log, which {@code runtime} reads.
 */
package io.reaper.shim.log;
