package io.reaper.shim.vertx;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.file.impl.FileResolverImpl;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.spi.ExecutorServiceFactory;
import io.vertx.core.spi.VertxThreadFactory;
import java.util.List;
import java.util.function.Consumer;

/** The daemon's Vert.x: one event loop, Unix sockets, no wake-ups while idle, nothing on disk. */
public final class ShimVertx {

    /** Far enough that the checker's timer never fires; near enough not to overflow nanoseconds. */
    private static final long NEVER_MILLIS = Long.MAX_VALUE >> 20;

    private ShimVertx() {}

    /**
     * Another's Vert.x, which has the properties of ours by {@link UnixSocketProvider} and the
     * program's configuration.
     *
     * @param problems is told in one line each what those parts of Netty complain about that are
     *     not in use yet
     */
    public static Vertx adopt(Vertx vertx, Consumer<String> problems) {
        NettyLog.install(problems);
        return vertx;
    }

    private static VertxOptions configure(VertxOptions options) {
        return options.setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setBlockedThreadCheckInterval(NEVER_MILLIS)
                .setFileSystemOptions(
                        new FileSystemOptions()
                                .setClassPathResolvingEnabled(false)
                                .setFileCachingEnabled(false));
    }

    /**
     * Builds the parts by hand: {@code VertxBuilder.init()} looks services up on the class path,
     * which costs half of the daemon's start-up.
     */
    public static Vertx create() {
        return create(problem -> {});
    }

    /**
     * The same.
     *
     * @param problems is told in one line each what Netty complains about
     */
    public static Vertx create(Consumer<String> problems) {
        NettyLog.install(problems);
        VertxOptions options = configure(new VertxOptions());
        return new VertxBuilder(options)
                .findTransport(new UnixSocketTransport())
                .fileResolver(new FileResolverImpl(options.getFileSystemOptions()))
                .threadFactory(VertxThreadFactory.INSTANCE)
                .executorServiceFactory(ExecutorServiceFactory.INSTANCE)
                .verticleFactories(List.of())
                .vertx();
    }
}
