package io.reaper.shim.event;

import com.google.protobuf.Any;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import io.grpc.Status.Code;
import io.reaper.contract.FailureText;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.seam.LinuxException;
import io.reaper.proto.events.Envelope;
import io.reaper.proto.events.ForwardRequest;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.client.TtrpcClient;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A shim's events on their way to containerd: one at a time, in order. One that cannot be delivered
 * because containerd is away blocks those behind it until containerd is back, which its socket's
 * directory tells, or a connection of its own ({@link #retry}), or the next event. One that
 * containerd refuses is dropped.
 *
 * <p>An event whose reply is lost with the connection is sent again, to the next containerd: none
 * sees it twice.
 *
 * <p>Mutable state belongs to the event loop.
 */
public final class EventQueue implements EventSink {
    static final int CAPACITY = 4096;

    private static final String SERVICE = "containerd.services.events.ttrpc.v1.Events";
    private static final String METHOD = "Forward";

    /** Only for a containerd that hangs: the price is that it may see the event twice. */
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(30);

    private final Context context;
    private final TtrpcClient client;
    private final String namespace;
    private final Consumer<String> problems;
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private final Promise<Void> drained = Promise.promise();
    private boolean sending;
    private boolean worthATry;
    private boolean closing;
    private long dropped;
    private SocketWatch watch;
    private volatile Runnable onTraffic = () -> {};

    private record Entry(Topic topic, Envelope envelope) {}

    /**
     * @param address TTRPC_ADDRESS: a socket's path, plain or as {@code unix://} URI
     * @param namespace containerd's
     * @param problems is told in one line what is lost and why
     * @throws IllegalArgumentException if the address is no such path
     */
    public EventQueue(Vertx vertx, String address, String namespace, Consumer<String> problems) {
        this.context = vertx.getOrCreateContext();
        this.client = new TtrpcClient(vertx, address);
        this.namespace = namespace;
        this.problems = problems;
    }

    @Override
    public void publish(Topic topic, MessageLite event) {
        if (!topic.takes(event)) {
            throw new IllegalArgumentException(
                    event.getClass().getSimpleName() + " is no event of " + topic.path());
        }
        Instant now = Instant.now();
        Envelope envelope =
                Envelope.newBuilder()
                        .setTimestamp(
                                Timestamp.newBuilder()
                                        .setSeconds(now.getEpochSecond())
                                        .setNanos(now.getNano()))
                        .setNamespace(namespace)
                        .setTopic(topic.path())
                        .setEvent(
                                Any.newBuilder()
                                        .setTypeUrl(topic.typeUrl())
                                        .setValue(event.toByteString()))
                        .build();
        context.runOnContext(unused -> add(new Entry(topic, envelope)));
    }

    /** Runs the action, on the event loop, whenever there is an event or a reply to one. */
    public void onTraffic(Runnable action) {
        onTraffic = action;
    }

    /** Containerd has just been heard of: try now. */
    public void retry() {
        context.runOnContext(
                unused -> {
                    worthATry = true; // also if the one that is on its way fails
                    send();
                });
    }

    /** Not for the event loop, which does the work. */
    @Override
    public void close(Deadline deadline) {
        context.runOnContext(
                unused -> {
                    closing = true;
                    send();
                });
        try {
            if (deadline.isNone()) {
                drained.future().toCompletionStage().toCompletableFuture().get();
            } else {
                // deadline: the caller's
                drained.future()
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(deadline.remainingMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (TimeoutException e) {
            context.runOnContext(
                    unused -> problems.accept(waiting.size() + " events were not delivered"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            context.runOnContext(unused -> stopWatching());
            client.disconnect();
        }
    }

    private void add(Entry entry) {
        onTraffic.run();
        if (closing) {
            problems.accept(entry.topic().path() + " event after the queue was closed: dropped");
            return;
        }
        if (waiting.size() >= CAPACITY) {
            dropOne();
        }
        waiting.add(entry);
        send();
    }

    /** The oldest that is no exit, or if all are, the oldest; never the one being sent. */
    private void dropOne() {
        if (dropped++ == 0) {
            problems.accept(
                    "containerd takes no events and " + CAPACITY + " wait: older ones are dropped");
        }
        if (!dropFirst(entry -> entry.topic() != Topic.EXIT)) {
            dropFirst(entry -> true);
        }
    }

    private boolean dropFirst(Predicate<Entry> droppable) {
        Iterator<Entry> entries = waiting.iterator();
        if (sending) {
            entries.next();
        }
        while (entries.hasNext()) {
            if (droppable.test(entries.next())) {
                entries.remove();
                return true;
            }
        }
        return false;
    }

    private void send() {
        if (sending) {
            return;
        }
        Entry head = waiting.peek();
        if (head == null) {
            if (closing) {
                drained.tryComplete();
            }
            return;
        }
        sending = true;
        worthATry = false;
        // deadline: REPLY_LIMIT, for a containerd that hangs
        client.call(
                        SERVICE,
                        METHOD,
                        ForwardRequest.newBuilder().setEnvelope(head.envelope()).build(),
                        Map.of("containerd-namespace-ttrpc", namespace),
                        Deadline.after(REPLY_LIMIT))
                .whenComplete((reply, failure) -> sent(head, failure));
    }

    private void sent(Entry head, Throwable failure) {
        sending = false;
        onTraffic.run();
        switch (failure) {
            case null -> delivered();
            case TtrpcException e when e.status() == Code.UNAVAILABLE -> away();
            case TtrpcException e when e.status() == Code.DEADLINE_EXCEEDED -> {
                problems.accept(head.topic().path() + " event: " + e.getMessage());
                client.disconnect();
                send();
            }
            default -> {
                problems.accept(
                        "containerd refused a %s event: %s"
                                .formatted(head.topic().path(), FailureText.of(failure)));
                waiting.poll();
                send();
            }
        }
    }

    private void delivered() {
        stopWatching();
        waiting.poll();
        if (dropped > 0) {
            problems.accept(dropped + " events were dropped while containerd took none");
            dropped = 0;
        }
        send();
    }

    /**
     * Each further try dials anew: over a connection that is still open, but to a containerd that
     * refuses because it ends, a try would tell nothing of its successor.
     */
    private void away() {
        client.disconnect();
        if (watch != null) {
            if (worthATry) {
                send();
            }
            return;
        }
        try {
            watch = SocketWatch.start(client.socket(), this::retry, problems);
            // It may have come back between the failure and the watch.
            send();
        } catch (LinuxException e) {
            problems.accept("events wait for containerd to connect: " + e.getMessage());
        }
    }

    private void stopWatching() {
        if (watch != null) {
            watch.close();
            watch = null;
        }
    }
}
