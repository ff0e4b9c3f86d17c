package io.reaper.shim.image;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.SslChannelProvider;

/** The other end of {@link NoTls}: what a connection with TLS would put into its pipeline. */
@SuppressWarnings("DoNotCallSuggester") // the signatures are those of the original
@TargetClass(SslChannelProvider.class)
final class NoTlsHandlers {

    @Substitute
    public SslHandler createClientSslHandler(
            SocketAddress remote, String serverName, boolean useAlpn) {
        throw new UnsupportedOperationException("there is no TLS in this program");
    }

    @Substitute
    public ChannelHandler createServerHandler(HostAndPort remote) {
        throw new UnsupportedOperationException("there is no TLS in this program");
    }

    @Substitute
    public SslContext sslContext(
            String serverName, boolean useAlpn, boolean server, boolean trustAll) {
        throw new UnsupportedOperationException("there is no TLS in this program");
    }
}
