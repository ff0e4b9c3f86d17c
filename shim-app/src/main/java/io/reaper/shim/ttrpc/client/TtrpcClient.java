package io.reaper.shim.ttrpc.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.FailureText;
import io.reaper.linux.event.Deadline;
import io.reaper.proto.ttrpc.Request;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.wire.Timeout;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Unary TTRPC calls over one connection, which is made when a call needs it and made anew by the
 * first call after its loss.
 *
 * <p>Mutable state belongs to the event loop; the public methods may be called from any thread.
 */
public final class TtrpcClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final Context context;
    private final Path socket;
    private NetClient connector;
    private Future<ClientConnection> connection;

    /**
     * @param address a socket's path, plain or as {@code unix://} URI
     * @throws IllegalArgumentException if it is neither
     */
    public TtrpcClient(Vertx vertx, String address) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.socket = UnixAddress.parse(address);
    }

    /** The file that is dialled. */
    public Path socket() {
        return socket;
    }

    /**
     * Calls a method.
     *
     * @return the response message's bytes; or fails with a {@link TtrpcException}: the peer's
     *     status, UNAVAILABLE if there is no connection or it was lost before the response (the
     *     peer may or may not have done the work), DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED if either
     *     message is above 4 MiB. Stages that depend on it run on the event loop: they must not
     *     block
     */
    public CompletionStage<ByteString> call(
            String service,
            String method,
            MessageLite request,
            Map<String, String> metadata,
            Deadline deadline) {
        Promise<ByteString> response = Promise.promise();
        context.runOnContext(
                unused ->
                        start(
                                UnaryCall.request(service, method, request, metadata, deadline),
                                response));
        return response.future().toCompletionStage();
    }

    /** Closes the connection: calls in flight fail with UNAVAILABLE, the next one connects anew. */
    public void disconnect() {
        context.runOnContext(
                unused -> {
                    if (connection != null) {
                        connection.onSuccess(ClientConnection::close);
                        connection = null;
                    }
                });
    }

    private void start(Request request, Promise<ByteString> response) {
        if (request.getTimeoutNano() > 0) {
            // deadline: the caller's, for connection and answer together
            long timer =
                    vertx.setTimer(
                            new Timeout(request.getTimeoutNano()).millis(),
                            unused ->
                                    response.tryFail(
                                            UnaryCall.overdue(socket, request.getMethod())));
            response.future().onComplete(unused -> vertx.cancelTimer(timer));
        }
        connection()
                .onSuccess(connected -> connected.send(request, response))
                .onFailure(failure -> response.tryFail(unavailable(failure)));
    }

    private Future<ClientConnection> connection() {
        if (connection == null
                || connection.failed()
                || (connection.succeeded() && !connection.result().isUsable())) {
            connection =
                    connector()
                            .connect(SocketAddress.domainSocketAddress(socket.toString()))
                            .map(connected -> new ClientConnection(connected, socket));
        }
        return connection;
    }

    private NetClient connector() {
        if (connector == null) {
            // deadline: for a listener that does not accept
            connector =
                    vertx.createNetClient(
                            new NetClientOptions()
                                    .setConnectTimeout((int) CONNECT_TIMEOUT.toMillis()));
        }
        return connector;
    }

    private TtrpcException unavailable(Throwable failure) {
        return new TtrpcException(
                ErrorCode.E_PEER_LOST,
                Code.UNAVAILABLE,
                "connect " + socket + ": " + FailureText.of(failure),
                failure);
    }
}
