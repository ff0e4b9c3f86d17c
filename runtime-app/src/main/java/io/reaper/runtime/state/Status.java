package io.reaper.runtime.state;

import java.util.Locale;

/** The status of a container (runtime-spec 1.3, runtime.md, "State"; runc for "paused"). */
public enum Status {
    CREATING,
    CREATED,
    RUNNING,

    /** Created or running, with its cgroup frozen by somebody; never stored. */
    PAUSED,
    STOPPED;

    /** As it stands in the state JSON. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
