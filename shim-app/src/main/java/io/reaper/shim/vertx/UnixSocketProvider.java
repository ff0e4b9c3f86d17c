package io.reaper.shim.vertx;

import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.spi.VertxServiceProvider;

/**
 * Gives the Vert.x of Quarkus our transport, on the JVM: Quarkus finds this class as a service when
 * it builds the program. An executable looks no services up ({@link ShimVertx}).
 */
public final class UnixSocketProvider implements VertxServiceProvider {

    /** After the default transport was chosen, and before anything is made of it. */
    @Override
    public void init(VertxBuilder builder) {
        builder.findTransport(new UnixSocketTransport());
    }
}
