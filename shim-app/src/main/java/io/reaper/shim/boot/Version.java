package io.reaper.shim.boot;

/** The version of this build, as the parent pom names it. */
final class Version {

    static final String NUMBER = "0.1.0";

    private Version() {}
}
