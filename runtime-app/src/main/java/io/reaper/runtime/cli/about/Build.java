package io.reaper.runtime.cli.about;

import java.util.Optional;

/** What this program was built from. */
public final class Build {

    /** That of the pom; a test compares them. */
    public static final String VERSION = "0.1.0";

    /** Given by the JVM mode's launcher, or when the native image is built: a constant there. */
    static final Optional<String> COMMIT =
            Optional.ofNullable(System.getProperty("reaper.commit"))
                    .filter(commit -> !commit.isEmpty());

    private Build() {}
}
