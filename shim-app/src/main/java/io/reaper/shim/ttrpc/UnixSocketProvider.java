package io.reaper.shim.ttrpc;

import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.spi.VertxServiceProvider;

/**
 * Gives Quarkus' Vert.x our transport. Quarkus reads its name from META-INF/services while it
 * builds the program; nothing is looked up at start.
 */
public final class UnixSocketProvider implements VertxServiceProvider {

    @Override
    public void init(VertxBuilder builder) {
        builder.findTransport(new UnixSocketTransport());
    }
}
