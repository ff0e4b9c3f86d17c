/**
 * TTRPC (containerd/ttrpc, PROTOCOL.md) as those see it who serve or make calls: a call, a service,
 * a failure and its code. Below: {@code wire} has the frames, {@code server} and {@code client} the
 * two ends.
 *
 * <p>A call's way: {@code server.ServerConnection} takes a frame from {@code wire.FrameDecoder},
 * hands it as {@link io.reaper.shim.ttrpc.Call} to a {@link io.reaper.shim.ttrpc.TtrpcService} on a
 * virtual thread of its own, and writes the answer as one frame on the event loop.
 */
package io.reaper.shim.ttrpc;
