package io.reaper.shim.event;

import com.google.protobuf.MessageLite;
import io.reaper.linux.event.Deadline;

/** Where a shim's events go. */
public interface EventSink {

    /**
     * Takes an event; returns at once. Events leave in the order in which one thread, or threads
     * that order themselves, publish them.
     *
     * @throws IllegalArgumentException if it is not the topic's message
     */
    void publish(Topic topic, MessageLite event);

    /** Takes no more events and waits until those it has are delivered, or the deadline passes. */
    void close(Deadline deadline);
}
