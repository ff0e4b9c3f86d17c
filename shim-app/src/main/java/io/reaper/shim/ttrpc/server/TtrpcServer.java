package io.reaper.shim.ttrpc.server;

import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.TtrpcService;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Serves TTRPC on a Unix socket: any number of connections, each request on a virtual thread of its
 * own, responses in the order in which they are ready.
 *
 * <p>Mutable state belongs to the event loop; the public methods may be called from any thread.
 */
public final class TtrpcServer {
    private static final Duration CLOSING_GRACE = Duration.ofSeconds(2);

    private final Vertx vertx;
    private final Context context;
    private final Map<String, TtrpcService> services = new HashMap<>();
    private final Consumer<String> problems;
    private final Set<ServerConnection> connections = new HashSet<>();
    private final Promise<Void> settled = Promise.promise();
    private final Promise<Void> closed = Promise.promise();
    private final Duration closingGrace;
    private NetServer server;
    private boolean closing;
    private volatile Runnable onConnection = () -> {};
    private volatile Runnable onDeserted = () -> {};
    private volatile Runnable onTraffic = () -> {};
    private volatile boolean deserted = true;

    /**
     * @param problems is told, in one line each, what no client is: exceptions of services that are
     *     no {@link TtrpcException}, peers that break the protocol
     */
    public TtrpcServer(Vertx vertx, List<TtrpcService> services, Consumer<String> problems) {
        this(vertx, services, problems, CLOSING_GRACE);
    }

    TtrpcServer(
            Vertx vertx,
            List<TtrpcService> services,
            Consumer<String> problems,
            Duration closingGrace) {
        this.closingGrace = closingGrace;
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.problems = problems;
        for (TtrpcService service : services) {
            service.names().forEach(name -> this.services.put(name, service));
        }
    }

    /** Runs the action, on the event loop, whenever a client has connected. */
    public void onConnection(Runnable action) {
        onConnection = action;
    }

    /**
     * Runs the action, on the event loop, whenever the last client that has made calls is gone and
     * those of them that ran have ended.
     */
    public void onDeserted(Runnable action) {
        onDeserted = action;
    }

    /** Runs the action, on the event loop, whenever a client has connected, asked or been told. */
    public void onTraffic(Runnable action) {
        onTraffic = action;
    }

    /** Whether no client is connected and no call of one that is gone runs. */
    public boolean isDeserted() {
        return deserted;
    }

    /**
     * Binds, listens, and makes the socket's mode 0600. Done when clients can connect. Until the
     * mode is set only that of the directory, 0700, keeps others out.
     *
     * @param socket at most 107 bytes; must not exist (unix(7))
     */
    public CompletionStage<Void> listen(Path socket) {
        Promise<Void> listening = Promise.promise();
        context.runOnContext(
                unused -> {
                    server = vertx.createNetServer().connectHandler(this::connected);
                    server.listen(SocketAddress.domainSocketAddress(socket.toString()))
                            .compose(bound -> restrict(socket))
                            .onComplete(listening);
                });
        return listening.future().toCompletionStage();
    }

    private static Future<Void> restrict(Path socket) {
        try {
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            return Future.succeededFuture();
        } catch (IOException e) {
            return Future.failedFuture(e);
        }
    }

    private void connected(NetSocket socket) {
        if (closing) {
            socket.close();
            return;
        }
        ServerConnection connection =
                new ServerConnection(vertx, context, socket, services, problems, this::changed);
        connections.add(connection);
        deserted = false;
        connection.open();
        onTraffic.run();
        onConnection.run();
    }

    private void changed() {
        onTraffic.run();
        boolean usedOneLeft = false;
        boolean allSettled = true;
        for (Iterator<ServerConnection> each = connections.iterator(); each.hasNext(); ) {
            ServerConnection connection = each.next();
            allSettled &= connection.isSettled();
            if (connection.isOver()) {
                usedOneLeft |= connection.wasUsed();
                each.remove();
            }
        }
        deserted = connections.isEmpty();
        if (deserted && usedOneLeft) {
            onDeserted.run();
        }
        if (closing && allSettled) {
            settled.tryComplete();
        }
    }

    /**
     * Refuses new calls, writes the responses of calls whose {@link TtrpcService#call} runs or has
     * its answer, then closes every connection and the listener, <em>which deletes the socket's
     * file</em>: call it only while no successor can have bound the same path. Calls that pend are
     * dropped. A client that does not read its responses, or a service that does not return, delays
     * this by at most 2 s. Do not wait for the result inside a call.
     */
    public CompletionStage<Void> close() {
        context.runOnContext(unused -> startClosing());
        return closed.future().toCompletionStage();
    }

    private void startClosing() {
        if (closing) {
            return;
        }
        closing = true;
        connections.forEach(ServerConnection::refuseCalls);
        // deadline: for the responses that nobody reads
        long timer = vertx.setTimer(closingGrace.toMillis(), unused -> settled.tryComplete());
        settled.future()
                .onComplete(unused -> vertx.cancelTimer(timer))
                .compose(unused -> server == null ? Future.succeededFuture() : server.close())
                .onComplete(closed);
        changed();
    }
}
