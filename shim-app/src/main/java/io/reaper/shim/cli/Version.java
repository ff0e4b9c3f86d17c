package io.reaper.shim.cli;

import java.util.Optional;

/** What this program was built from. */
final class Version {

    /** As the parent pom names it. */
    static final String NUMBER = "0.1.0";

    /** Given by the launcher, or when the native image is built. */
    static final Optional<String> COMMIT =
            Optional.ofNullable(System.getProperty("reaper.commit"))
                    .filter(commit -> !commit.isEmpty());

    private Version() {}
}
