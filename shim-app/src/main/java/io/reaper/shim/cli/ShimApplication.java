package io.reaper.shim.cli;

import io.quarkus.runtime.QuarkusApplication;

/** The commands under the framework. */
public final class ShimApplication implements QuarkusApplication {

    @Override
    public int run(String... args) {
        return ShimCommandLine.execute(args);
    }
}
