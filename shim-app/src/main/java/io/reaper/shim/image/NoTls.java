package io.reaper.shim.image;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import io.netty.handler.ssl.SslContext;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import javax.net.ssl.SSLException;

/** Sockets of the machine itself carry no TLS: Vert.x' way to it, and the JDK's behind, is cut. */
@SuppressWarnings("DoNotCallSuggester") // the signature is that of the original
@TargetClass(DefaultSslContextFactory.class)
final class NoTls {

    @Substitute
    public SslContext create() throws SSLException {
        throw new SSLException("there is no TLS in this program");
    }
}
