package io.reaper.runtime.cli;

/** What this program was built from. */
final class Build {

    static final String VERSION = "0.1.0";

    static final String COMMIT = "unknown";

    private Build() {}
}
