package io.reaper.shim.exit;

import com.google.protobuf.Timestamp;
import java.time.Instant;

/**
 * How a container's init process, or an exec, ended: the same in Wait, State, Delete and the event.
 *
 * @param pid of that process; 0 if there never was one
 * @param status 0–255; 128 + signal if a signal ended it
 * @param at when it was reaped
 */
public record TaskExit(int pid, int status, Instant at) {

    /** The moment as it travels. */
    public Timestamp timestamp() {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }

    public static TaskExit of(Exit exit) {
        return new TaskExit(exit.pid(), exit.status().shellStatus(), exit.at());
    }
}
