package io.reaper.shim.daemon;

import io.reaper.contract.Settings;
import io.reaper.linux.file.Fd;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.group.StartChannel;
import io.reaper.shim.input.ShimFlags;
import io.reaper.shim.log.ShimLog;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Vetoed;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The daemon that {@code start} leaves behind. No bean: the command line makes it. */
@Vetoed
@Command(name = "serve", hidden = true, description = "serve the Task API (what start runs)")
public final class ServeCommand implements Callable<Integer> {

    private static final int END_LIMIT_SECONDS = 5;

    @Mixin private ShimFlags flags;

    private final Function<Consumer<String>, Vertx> vertx;
    private volatile CountDownLatch ended = new CountDownLatch(0);

    /**
     * @param vertx gives the daemon its Vert.x, whose problems go to the given listener
     */
    public ServeCommand(Function<Consumer<String>, Vertx> vertx) {
        this.vertx = vertx;
    }

    @Override
    public Integer call() {
        Optional<StartChannel> start = flags.startFd().map(Fd::of).map(StartChannel::new);
        ShimLog log = ShimLog.silent();
        ended = new CountDownLatch(1);
        try {
            Settings settings = Settings.load();
            log = flags.openLog(settings);
            reportUncaught(log);
            DescriptorLimit.check();
            Frugality.configure();
            Daemon daemon = Daemon.start(flags, settings, events(log), log);
            endOnSignal(daemon);
            if (start.isPresent() && !announce(start.get())) {
                log.info("start was killed before it had printed our address");
                daemon.expectNoLonger(flags.expect());
            }
            daemon.serve();
            return 0;
        } catch (Throwable e) {
            log.error("daemon", e);
            String reason = ShimException.text(e);
            start.ifPresent(channel -> channel.tellFailure(reason));
            throw e;
        } finally {
            ended.countDown();
        }
    }

    /** Descriptors 1 and 2 lead nowhere: without this, what ends a thread would be told nobody. */
    private static void reportUncaught(ShimLog log) {
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, error) -> log.error(thread.getName() + " ended", error));
    }

    /** Vert.x would print what a handler throws. */
    private Vertx events(ShimLog log) {
        return vertx.apply(log::warn).exceptionHandler(error -> log.error("an event", error));
    }

    /** Whether containerd has our address. */
    private static boolean announce(StartChannel start) {
        try (start) {
            start.tellReady();
            return start.awaitPrinted();
        }
    }

    /** SIGTERM and SIGINT run the hooks of the VM, which waits for them before it ends. */
    private void endOnSignal(Daemon daemon) {
        Thread hook =
                Thread.ofPlatform()
                        .name("end")
                        .unstarted(
                                () -> {
                                    daemon.terminate();
                                    awaitEnd();
                                });
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Returns when the daemon has ended, if there is one. */
    public void awaitEnd() {
        try {
            // deadline: a hanging end must not outlast the signal
            boolean unused = ended.await(END_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
