package io.reaper.shim.ttrpc.wire;

/** What {@link FrameDecoder} finds in a stream of bytes. */
public sealed interface Inbound permits Frame, Inbound.Oversized, Inbound.Broken {

    /** A frame above the limit, whose payload has been discarded; the stream goes on behind it. */
    record Oversized(int streamId, int length) implements Inbound {}

    /** A length no peer can mean: where the next frame starts is unknown. Nothing follows. */
    record Broken(int length) implements Inbound {}
}
