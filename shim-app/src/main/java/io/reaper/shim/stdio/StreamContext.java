package io.reaper.shim.stdio;

import io.reaper.shim.exit.Children;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.log.ShimLog;

/**
 * What the streams of all processes share.
 *
 * @param readers keeps output for which no reader is there yet
 * @param events tells when a descriptor is ready
 * @param children makes the processes that take logs
 */
public record StreamContext(
        ReaderWatch readers, KernelEvents events, Children children, ShimLog log) {

    /** The same for the streams of a container with a log of its own. */
    public StreamContext with(ShimLog own) {
        return new StreamContext(readers, events, children, own);
    }
}
