package io.reaper.shim.image;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import io.vertx.core.Future;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.SSLOptions;
import io.vertx.core.net.impl.SSLHelper;
import io.vertx.core.net.impl.SslChannelProvider;
import io.vertx.core.net.impl.SslContextProvider;
import io.vertx.core.net.impl.SslContextUpdate;

/** Sockets of the machine itself carry no TLS: Vert.x' way to it, and the JDK's behind, is cut. */
@TargetClass(SSLHelper.class)
final class NoTls {

    @Substitute
    public Future<SslContextUpdate> updateSslContext(
            SSLOptions options, boolean force, ContextInternal context) {
        return Future.failedFuture("there is no TLS in this program");
    }

    @Substitute
    public Future<SslContextProvider> buildContextProvider(
            SSLOptions options, ContextInternal context) {
        return Future.failedFuture("there is no TLS in this program");
    }

    @Substitute
    public Future<SslChannelProvider> buildChannelProvider(
            SSLOptions options, ContextInternal context) {
        return Future.failedFuture("there is no TLS in this program");
    }
}
