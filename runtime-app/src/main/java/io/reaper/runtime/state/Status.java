package io.reaper.runtime.state;

import java.util.Locale;

/** The status of a container (runtime-spec 1.2, runtime.md, "State"). */
public enum Status {
    CREATING,
    CREATED,
    RUNNING,
    STOPPED;

    /** As it stands in the state JSON. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
