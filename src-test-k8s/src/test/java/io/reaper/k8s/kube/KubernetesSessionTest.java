package io.reaper.k8s.kube;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.ErrorStreamMessage;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.server.mock.OutputStreamMessage;
import io.fabric8.mockwebserver.internal.WebSocketMessage;
import io.reaper.k8s.ContainerSpec;
import io.reaper.k8s.ExecResult;
import io.reaper.k8s.PodException;
import io.reaper.k8s.PodSpec;
import io.reaper.k8s.Session;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams and logs of a pod, as an API server gives them. */
@EnableKubernetesMockClient
final class KubernetesSessionTest {
    private static final String POD = "/api/v1/namespaces/tests/pods/pod";
    private static final String EXEC = POD + "/exec?command=%2Fbin%2Fx&container=main";
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private KubernetesMockServer server;
    private KubernetesClient client;
    private KubernetesPod pod;

    @BeforeEach
    void aPod() {
        PodSpec spec = PodSpec.of("pod", ContainerSpec.of("main", "/bin/true").withTerminal());
        io.fabric8.kubernetes.api.model.Pod made = PodObjects.pod(spec, "n-1");
        made.getMetadata().setUid("u");
        server.expect()
                .post()
                .withPath("/api/v1/namespaces/tests/pods")
                .andReturn(201, made)
                .once();
        server.expect().get().withPath(POD).andReturn(200, made).always();
        pod = KubernetesPod.create(client, "tests", spec, "n-1");
    }

    /** The fourth channel: a Status. */
    private static WebSocketMessage status(String json) {
        return new WebSocketMessage(0L, ("\003" + json).getBytes(ISO_8859_1), true, true);
    }

    private void answer(String path, Object... messages) {
        var session = server.expect().withPath(path).andUpgradeToWebSocket().open(messages);
        session.done().always();
    }

    private static final String FAILED_42 =
            "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"NonZeroExitCode\",\"details\":"
                + "{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\"42\"}]}}";

    @Test
    void aCommandHasItsExitCodeAndBothStreams() {
        answer(
                EXEC + "&stdout=true&stderr=true",
                new OutputStreamMessage("out"),
                new ErrorStreamMessage("wrong"),
                status(FAILED_42));

        ExecResult result = pod.exec("main", List.of("/bin/x"));

        assertAll(
                () -> assertEquals(42, result.exitCode()),
                () -> assertEquals("out", result.stdout()),
                () -> assertEquals("wrong", result.stderr()));
    }

    @Test
    void aCommandThatSucceeds() {
        answer(EXEC + "&stdout=true&stderr=true", status("{\"status\":\"Success\"}"));

        assertEquals(0, pod.exec("main", List.of("/bin/x")).exitCode());
    }

    @Test
    void aCommandThatCannotBeStartedIsToldInTheNodesWords() {
        answer(
                EXEC + "&stdout=true&stderr=true",
                status(
                        "{\"status\":\"Failure\",\"reason\":\"InternalError\",\"message\":\"stat"
                                + " /bin/x: no such file\"}"));

        PodException refused =
                assertThrows(PodException.class, () -> pod.exec("main", List.of("/bin/x")));

        assertEquals("stat /bin/x: no such file", refused.getMessage());
    }

    @Test
    void aTerminalHasInputAndOneStream() {
        answer(
                EXEC + "&tty=true&stdin=true&stdout=true",
                new OutputStreamMessage("prompt"),
                status("{\"status\":\"Success\"}"));

        try (Session session = pod.execInteractive("main", true, List.of("/bin/x"))) {
            session.awaitOutput("prompt", DEADLINE);
            assertEquals(OptionalInt.of(0), session.awaitEnd(DEADLINE));
            assertThrows(AssertionError.class, () -> session.awaitOutput("never", DEADLINE));
        }
    }

    @Test
    void anAttachedContainerHasTheStreamsOfItsSpecification() {
        answer(
                POD + "/attach?container=main&tty=true&stdin=true&stdout=true",
                new OutputStreamMessage("hello"),
                status("{\"status\":\"Success\"}"));

        try (Session session = pod.attach("main")) {
            session.awaitOutput("hello", DEADLINE);
        }
    }

    @Test
    void logsAreBytes() {
        server.expect()
                .get()
                .withPath(POD + "/log?pretty=false&container=main")
                .andReturn(200, "a\nb")
                .once();

        assertEquals("a\nb", pod.logs("main"));
    }
}
