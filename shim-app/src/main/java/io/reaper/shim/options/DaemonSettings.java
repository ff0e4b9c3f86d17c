package io.reaper.shim.options;

import com.google.protobuf.Any;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.log.ShimLog;
import java.util.Map;
import java.util.Optional;

/** What the options of a group's first container choose for the daemon itself. */
public final class DaemonSettings {

    private DaemonSettings() {}

    /**
     * By name; none of options that are wrong: it is Create that refuses them, with the words for
     * it, since only its refusal carries a status.
     */
    public static Map<String, String> of(Optional<Any> options, ShimLog log) {
        try {
            return options.map(RuntimeOptions::of).orElse(RuntimeOptions.NONE).ofDaemon();
        } catch (ShimException e) {
            log.warn("start", e);
            return Map.of();
        }
    }
}
