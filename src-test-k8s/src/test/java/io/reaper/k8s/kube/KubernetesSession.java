package io.reaper.k8s.kube;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import io.fabric8.kubernetes.client.dsl.ExecListenable;
import io.fabric8.kubernetes.client.dsl.ExecListener;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.Execable;
import io.fabric8.kubernetes.client.dsl.TtyExecErrorable;
import io.fabric8.kubernetes.client.dsl.TtyExecOutputErrorable;
import io.reaper.k8s.PodException;
import io.reaper.k8s.Session;
import io.reaper.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** The streams of an exec or of an attached container, through the API. */
final class KubernetesSession implements Session {
    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final CompletableFuture<OptionalInt> end = new CompletableFuture<>();
    private final ExecWatch watch;

    private KubernetesSession(
            ContainerResource container,
            boolean stdin,
            boolean tty,
            Function<Execable, ExecWatch> beginning) {
        TtyExecOutputErrorable streams = stdin ? container.redirectingInput() : container;
        TtyExecErrorable withOutput = streams.writingOutput(stdout);
        // a terminal carries both streams, and the API refuses to be asked for stderr beside it
        ExecListenable all = tty ? withOutput.withTTY() : withOutput.writingError(stderr);
        try {
            watch = beginning.apply(all.usingListener(new End(end)));
        } catch (KubernetesClientException e) {
            throw new PodException(e.getMessage(), e);
        }
    }

    static KubernetesSession exec(
            ContainerResource container, boolean stdin, boolean tty, List<String> command) {
        return new KubernetesSession(
                container, stdin, tty, streams -> streams.exec(command.toArray(String[]::new)));
    }

    static KubernetesSession attach(ContainerResource container, boolean stdin, boolean tty) {
        return new KubernetesSession(container, stdin, tty, Execable::attach);
    }

    /**
     * The error channel has a Status: success, an exit code, or what prevented the start. Output
     * may follow it; all of it is in the buffers when the connection has closed.
     */
    private static final class End implements ExecListener {
        private final CompletableFuture<OptionalInt> status = new CompletableFuture<>();
        private final CompletableFuture<OptionalInt> told;

        End(CompletableFuture<OptionalInt> told) {
            this.told = told;
        }

        @Override
        public void onExit(int code, Status status) {
            boolean unused =
                    code >= 0
                            ? this.status.complete(OptionalInt.of(code))
                            : this.status.completeExceptionally(
                                    new PodException(
                                            status == null ? "no status" : status.getMessage()));
        }

        @Override
        public void onFailure(Throwable failure, Response response) {
            boolean unused =
                    told.completeExceptionally(new PodException(failure.getMessage(), failure));
        }

        @Override
        public void onClose(int code, String reason) {
            boolean unused = status.complete(OptionalInt.empty());
            try {
                unused = told.complete(status.join());
            } catch (CompletionException e) {
                unused = told.completeExceptionally(e.getCause());
            }
        }
    }

    @Override
    public void type(String text) {
        try {
            watch.getInput().write(text.getBytes(ISO_8859_1));
            watch.getInput().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void resize(int columns, int rows) {
        watch.resize(columns, rows);
    }

    String stdout() {
        return stdout.toString(ISO_8859_1);
    }

    String stderr() {
        return stderr.toString(ISO_8859_1);
    }

    @Override
    public String output() {
        return stdout() + stderr();
    }

    @Override
    public void awaitOutput(String text, Duration deadline) {
        Await.until(
                deadline,
                () -> output().contains(text) || end.isDone(),
                () -> "'" + text + "' among the output: " + this);
        if (!output().contains(text)) {
            throw new AssertionError("the other side has ended without '" + text + "': " + this);
        }
    }

    @Override
    public OptionalInt awaitEnd(Duration deadline) {
        try {
            return end.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PodException refused) {
                throw refused;
            }
            throw new AssertionError("the session has failed: " + this, e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no end after " + deadline.toSeconds() + " s: " + this, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        watch.close();
    }

    @Override
    public String toString() {
        return "stdout '%s', stderr '%s', %s".formatted(stdout(), stderr(), end);
    }
}
