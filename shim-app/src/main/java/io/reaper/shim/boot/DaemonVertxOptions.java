package io.reaper.shim.boot;

import io.quarkus.vertx.VertxOptionsCustomizer;
import io.reaper.shim.ttrpc.ShimVertx;
import io.vertx.core.VertxOptions;
import jakarta.inject.Singleton;

/** Makes the Vert.x that Quarkus starts the only one that the daemon needs. */
@Singleton
public final class DaemonVertxOptions implements VertxOptionsCustomizer {

    @Override
    public void accept(VertxOptions options) {
        ShimVertx.configure(options);
    }
}
