package io.reaper.shim.cli;

import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.ShutdownEvent;
import io.reaper.shim.vertx.ShimVertx;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** The commands under the framework, whose own Vert.x the daemon uses there. */
@Singleton
public final class ShimApplication implements QuarkusApplication {

    private final ShimCommandLine commands;

    ShimApplication(Vertx vertx) {
        commands = new ShimCommandLine(problems -> ShimVertx.adopt(vertx, problems));
    }

    @Override
    public int run(String... args) {
        return commands.execute(args);
    }

    /** At a signal the framework closes its Vert.x: not before the daemon is done with it. */
    void awaitEnd(@Observes ShutdownEvent event) {
        commands.awaitEnd();
    }
}
