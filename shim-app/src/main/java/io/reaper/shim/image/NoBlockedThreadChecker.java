package io.reaper.shim.image;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import io.vertx.core.Handler;
import io.vertx.core.impl.btc.BlockedThreadChecker;
import io.vertx.core.impl.btc.BlockedThreadEvent;
import io.vertx.core.impl.btc.ThreadInfo;
import java.util.concurrent.TimeUnit;

/** Saves a thread that would only sleep: the checker is switched off ({@code ShimVertx}). */
@TargetClass(BlockedThreadChecker.class)
final class NoBlockedThreadChecker {

    @Substitute
    NoBlockedThreadChecker(
            long interval, TimeUnit intervalUnit, long warningTime, TimeUnit warningTimeUnit) {}

    @Substitute
    public void setThreadBlockedHandler(Handler<BlockedThreadEvent> handler) {}

    @Substitute
    public void registerThread(Thread thread, ThreadInfo checked) {}

    @Substitute
    public void close() {}
}
