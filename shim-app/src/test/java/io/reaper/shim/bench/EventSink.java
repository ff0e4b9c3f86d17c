package io.reaper.shim.bench;

import io.reaper.proto.events.Envelope;
import io.reaper.proto.events.ForwardRequest;
import io.reaper.proto.events.TaskExit;
import io.reaper.proto.ttrpc.Request;
import io.reaper.proto.ttrpc.Response;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** containerd's end of a shim's events: notes when the exit of each container was told. */
final class EventSink implements AutoCloseable {
    private final Path socket;
    private final ServerSocketChannel listener;
    private final Map<String, CompletableFuture<Long>> exits = new ConcurrentHashMap<>();

    EventSink(Path socket) throws IOException {
        this.socket = socket;
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofPlatform().daemon().start(this::accept);
    }

    Path socket() {
        return socket;
    }

    /** The moment of System.nanoTime at which the event had come; waits for it. */
    long exitOf(String id) throws Exception {
        return of(id).get(60, TimeUnit.SECONDS);
    }

    private CompletableFuture<Long> of(String id) {
        return exits.computeIfAbsent(id, key -> new CompletableFuture<>());
    }

    private void accept() {
        try {
            while (true) {
                TtrpcSocket connection = new TtrpcSocket(listener.accept());
                Thread.ofPlatform().daemon().start(() -> serve(connection));
            }
        } catch (AsynchronousCloseException e) {
            return;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void serve(TtrpcSocket connection) {
        try (connection) {
            while (true) {
                TtrpcSocket.Frame frame = connection.receive();
                connection.respond(frame.stream(), Response.getDefaultInstance());
                Request request = Request.parseFrom(frame.payload());
                Envelope event = ForwardRequest.parseFrom(request.getPayload()).getEnvelope();
                if (event.getTopic().equals("/tasks/exit")) {
                    TaskExit exit = TaskExit.parseFrom(event.getEvent().getValue());
                    of(exit.getContainerId()).complete(frame.nanos());
                }
            }
        } catch (EOFException e) {
            return; // the shim has ended
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
