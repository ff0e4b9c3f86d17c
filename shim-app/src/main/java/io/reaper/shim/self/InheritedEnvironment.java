package io.reaper.shim.self;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Our environment, as programs that we start get it. */
public final class InheritedEnvironment {

    /**
     * What a supervisor says to the one process that it has started (sd_notify(3),
     * sd_listen_fds(3)): whoever else got it would speak for the supervisor's service, or take its
     * own descriptors for sockets.
     */
    private static final List<String> OURS_ALONE =
            List.of("NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES");

    private InheritedEnvironment() {}

    /** By name, the caller's to change. */
    public static Map<String, String> variables() {
        return without(System.getenv());
    }

    static Map<String, String> without(Map<String, String> all) {
        Map<String, String> variables = new HashMap<>(all);
        OURS_ALONE.forEach(variables::remove);
        return variables;
    }
}
