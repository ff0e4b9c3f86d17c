package io.reaper.k8s.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.reaper.k8s.PodException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** What is told of an exec, in whatever order the other side sends it. */
final class KubernetesSessionTest {
    private static final Duration DEADLINE = Duration.ofSeconds(90);
    private static final int STDOUT = 1;
    private static final int STATUS = 3;
    private static final String EXIT_7 =
            "{\"kind\": \"Status\", \"status\": \"Failure\", \"reason\": \"NonZeroExitCode\","
                    + " \"details\": {\"causes\": [{\"reason\": \"ExitCode\", \"message\":"
                    + " \"7\"}]}}";
    private static final String REFUSED =
            "{\"kind\": \"Status\", \"status\": \"Failure\", \"reason\": \"InternalError\","
                    + " \"message\": \"no such program\"}";

    private SessionServer server;
    private KubernetesClient client;

    @BeforeEach
    void start() throws IOException {
        server = new SessionServer();
        client =
                new KubernetesClientBuilder()
                        .withConfig(new ConfigBuilder().withMasterUrl(server.url()).build())
                        .build();
    }

    @AfterEach
    void end() throws IOException {
        client.close();
        server.close();
    }

    private KubernetesSession exec() {
        return KubernetesSession.exec(
                client.pods()
                        .inNamespace("tests")
                        .withName("pod")
                        .inContainer("main")
                        .withReadyWaitTimeout(0),
                false,
                false,
                List.of("program"));
    }

    /** A client that ends at the status has all of it once in a while. */
    @RepeatedTest(10)
    void outputAfterTheStatusIsOutput() {
        server.send(STDOUT, "before\n");
        server.send(STATUS, EXIT_7);
        for (int i = 0; i < 100; i++) {
            server.send(STDOUT, "line\n");
        }
        server.sendClose();
        try (KubernetesSession session = exec()) {
            assertEquals(OptionalInt.of(7), session.awaitEnd(DEADLINE));
            assertEquals("before\n" + "line\n".repeat(100), session.stdout());
        }
    }

    @Test
    void aServerThatLeavesTheCloseToTheClientIsNotWaitedFor() {
        server.send(STDOUT, "line\n");
        server.send(STATUS, EXIT_7);
        try (KubernetesSession session = exec()) {
            assertEquals(OptionalInt.of(7), session.awaitEnd(DEADLINE));
            assertEquals("line\n", session.stdout());
        }
    }

    @Test
    void aCloseWithoutAStatusIsAnEndWithoutACode() {
        server.send(STDOUT, "line\n");
        server.sendClose();
        try (KubernetesSession session = exec()) {
            assertEquals(OptionalInt.empty(), session.awaitEnd(DEADLINE));
            assertEquals("line\n", session.stdout());
        }
    }

    @Test
    void whatPreventedTheStartIsTold() {
        server.send(STATUS, REFUSED);
        server.sendClose();
        try (KubernetesSession session = exec()) {
            PodException refused =
                    assertThrows(PodException.class, () -> session.awaitEnd(DEADLINE));
            assertEquals("no such program", refused.getMessage());
        }
    }
}
