/**
 * TTRPC over Unix sockets: frames, server and client (containerd/ttrpc, PROTOCOL.md).
 *
 * <p>A call's way: {@link io.reaper.shim.ttrpc.ServerConnection} takes a frame from {@link
 * io.reaper.shim.ttrpc.FrameDecoder}, hands it as {@link io.reaper.shim.ttrpc.Call} to a {@link
 * io.reaper.shim.ttrpc.TtrpcService} on a virtual thread of its own, and writes the answer as one
 * frame on the event loop.
 */
package io.reaper.shim.ttrpc;
