package io.reaper.k8s.scripts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifests say what the API knows, and what belongs together has the same names. */
final class ManifestsTest {
    private static final String NAME = "reaper-v2";

    static List<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.list(Repository.manifests())) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
        }
    }

    private static List<HasMetadata> load(Path file) throws IOException {
        List<HasMetadata> found = new ArrayList<>();
        for (String document : Files.readString(file, UTF_8).split("(?m)^---$", -1)) {
            found.add((HasMetadata) Serialization.unmarshal(document, KubernetesResource.class));
        }
        return found;
    }

    private static HasMetadata load(String name) throws IOException {
        return load(Repository.manifests().resolve(name)).getFirst();
    }

    private static <T> T one(String name, Class<T> type) throws IOException {
        return load(Repository.manifests().resolve(name)).stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow();
    }

    /** A field that the API does not know is kept aside by the parser, and ignored by kubectl. */
    @ParameterizedTest
    @MethodSource("manifests")
    void everyFieldIsKnown(Path file) throws Exception {
        for (HasMetadata object : load(file)) {
            assertFalse(object.getMetadata().getName().isEmpty());
            assertEquals(List.of(), unknown(object, object.getKind()));
        }
    }

    private static List<String> unknown(Object object, String path) throws Exception {
        List<String> found = new ArrayList<>();
        if (object instanceof Iterable<?> all) {
            for (Object one : all) {
                found.addAll(unknown(one, path));
            }
        } else if (object != null && object.getClass().getName().startsWith("io.fabric8.")) {
            for (Method method : object.getClass().getMethods()) {
                boolean getter =
                        method.getName().startsWith("get") && method.getParameterCount() == 0;
                if (method.getName().equals("getAdditionalProperties")) {
                    ((Map<?, ?>) method.invoke(object))
                            .keySet()
                            .forEach(key -> found.add(path + "." + key));
                } else if (getter) {
                    found.addAll(
                            unknown(
                                    method.invoke(object),
                                    path + "." + method.getName().substring(3)));
                }
            }
        }
        return found;
    }

    @Test
    void theClassNamesTheHandlerThatTheInstallerWrites() throws IOException {
        RuntimeClass runtimeClass = (RuntimeClass) load("runtimeclass.yaml");
        String installer = Files.readString(Repository.script("install-node.sh"), UTF_8);

        assertAll(
                () -> assertEquals(NAME, runtimeClass.getMetadata().getName()),
                () -> assertEquals(NAME, runtimeClass.getHandler()),
                () -> assertTrue(installer.contains("handler=" + NAME + " ")));
    }

    private static Map<String, PodSpec> examples() throws IOException {
        return Map.of(
                "pod", ((Pod) load("pod-example.yaml")).getSpec(),
                "multi", ((Pod) load("multi-container-example.yaml")).getSpec(),
                "job", ((Job) load("job-example.yaml")).getSpec().getTemplate().getSpec(),
                "web",
                        one("service-example.yaml", Deployment.class)
                                .getSpec()
                                .getTemplate()
                                .getSpec());
    }

    @Test
    void examplesRunOnReaperWithWhatHostModeNeeds() throws IOException {
        examples()
                .forEach(
                        (name, pod) -> {
                            assertEquals(NAME, pod.getRuntimeClassName(), name);
                            assertEquals(true, pod.getHostNetwork(), name);
                            assertEquals(List.of(), pod.getVolumes(), name);
                            for (Container container : containers(pod)) {
                                assertFalse(container.getCommand().isEmpty(), name);
                                assertTrue(container.getCommand().getFirst().startsWith("/"), name);
                                assertEquals("IfNotPresent", container.getImagePullPolicy(), name);
                                assertTrue(container.getImage().matches("\\S+:\\d\\S*"), name);
                                assertTrue(container.getVolumeMounts().isEmpty(), name);
                            }
                        });
    }

    private static List<Container> containers(PodSpec pod) {
        List<Container> all = new ArrayList<>(pod.getInitContainers());
        all.addAll(pod.getContainers());
        return all;
    }

    /** Kubernetes makes one $ of two, and expands $(NAME) of variables that the container has. */
    @Test
    void kubernetesLeavesTheScriptsAsTheyAre() throws IOException {
        examples()
                .forEach(
                        (name, pod) ->
                                containers(pod)
                                        .forEach(
                                                container -> {
                                                    String script =
                                                            String.join(" ", container.getArgs());
                                                    assertFalse(script.contains("$$"), name);
                                                    container
                                                            .getEnv()
                                                            .forEach(
                                                                    it ->
                                                                            assertFalse(
                                                                                    script.contains(
                                                                                            "$("
                                                                                                    + it
                                                                                                            .getName()
                                                                                                    + ")")));
                                                }));
    }

    @Test
    void theFirstPodPrintsSomethingUseful() throws Exception {
        Pod pod = (Pod) load("pod-example.yaml");
        assertEquals("reaper-example", pod.getMetadata().getName());
        assertEquals("Never", pod.getSpec().getRestartPolicy());
        Container container = pod.getSpec().getContainers().getFirst();
        List<String> line = new ArrayList<>(container.getCommand());
        line.addAll(container.getArgs());
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().putAll(Map.of("POD_NAME", "reaper-example", "NODE_NAME", "n-1"));
        Process process = builder.start();

        String said = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertAll(
                () -> assertEquals(0, process.waitFor(), said),
                () ->
                        assertTrue(
                                said.startsWith(
                                        "Hello from Reaper, pod reaper-example on node n-1\n"),
                                said),
                () -> assertTrue(said.contains("uid="), said));
    }

    @Test
    void theServiceFindsItsServerAndTheProbesTheirPort() throws IOException {
        Service service = one("service-example.yaml", Service.class);
        Deployment web = one("service-example.yaml", Deployment.class);
        Map<String, String> labels = web.getSpec().getTemplate().getMetadata().getLabels();
        Container server = web.getSpec().getTemplate().getSpec().getContainers().getFirst();
        ContainerPort port = server.getPorts().getFirst();
        Probe readiness = server.getReadinessProbe();

        assertAll(
                () -> assertEquals(labels, service.getSpec().getSelector()),
                () -> assertEquals(labels, web.getSpec().getSelector().getMatchLabels()),
                () ->
                        assertEquals(
                                port.getName(),
                                service.getSpec()
                                        .getPorts()
                                        .getFirst()
                                        .getTargetPort()
                                        .getStrVal()),
                () -> assertEquals(port.getName(), readiness.getHttpGet().getPort().getStrVal()),
                () ->
                        assertEquals(
                                port.getName(),
                                server.getStartupProbe().getTcpSocket().getPort().getStrVal()),
                () ->
                        assertTrue(
                                server.getArgs()
                                        .getFirst()
                                        .contains(
                                                "LocalPort => " + port.getContainerPort() + ",")));
    }

    @Test
    void thePolicyIsAboutTheClassAndIsBound() throws IOException {
        ValidatingAdmissionPolicy policy =
                one("admission-example.yaml", ValidatingAdmissionPolicy.class);
        ValidatingAdmissionPolicyBinding binding =
                one("admission-example.yaml", ValidatingAdmissionPolicyBinding.class);

        assertAll(
                () ->
                        assertEquals(
                                policy.getMetadata().getName(), binding.getSpec().getPolicyName()),
                () ->
                        assertTrue(
                                policy.getSpec()
                                        .getMatchConditions()
                                        .getFirst()
                                        .getExpression()
                                        .contains("'" + NAME + "'")),
                () -> assertEquals("Fail", policy.getSpec().getFailurePolicy()));
    }

    /** Each version of containerd that kind brings, actions by major version, limits of time. */
    @Test
    void theWorkflowRunsAllSuites() throws IOException {
        String text =
                Files.readString(Repository.root().resolve(".github/workflows/tests.yml"), UTF_8);
        JsonNode workflow =
                new ObjectMapper().valueToTree(Serialization.unmarshal(text, Map.class));
        List<String> jobs = new ArrayList<>();
        workflow.get("jobs")
                .properties()
                .forEach(
                        job -> {
                            jobs.add(job.getKey());
                            assertTrue(job.getValue().get("timeout-minutes").asInt() > 0);
                            for (JsonNode step : job.getValue().get("steps")) {
                                String uses = step.path("uses").asText("x@v1");
                                assertTrue(uses.matches("\\S+@v\\d+"), uses);
                            }
                        });
        assertEquals(List.of("unit", "native", "containerd", "kind", "minikube"), jobs);
        JsonNode matrix = workflow.at("/jobs/kind/strategy/matrix/include");
        List<String> images = new ArrayList<>();
        matrix.forEach(entry -> images.add(entry.get("name").asText()));
        assertEquals(List.of("containerd-1.7", "containerd-2.0", "containerd-2.2"), images);
    }

    /** Those of the repository, with flags that their own help knows. */
    @Test
    void theWorkflowsCommandsAreThere() throws IOException {
        List<String> lines =
                Files.readAllLines(Repository.root().resolve(".github/workflows/tests.yml"), UTF_8);
        List<String> called = new ArrayList<>();
        for (String line : lines) {
            Matcher script = Pattern.compile("scripts/([a-z-]+[.]sh)(.*)").matcher(line);
            if (script.find()) {
                Path file = Repository.script(script.group(1));
                assertTrue(Files.isExecutable(file), line);
                String usage = Files.readString(file, UTF_8);
                Pattern.compile("--[a-z-]+")
                        .matcher(script.group(2))
                        .results()
                        .forEach(flag -> assertTrue(usage.contains(flag.group() + " "), line));
                called.add(script.group(1));
            }
        }
        assertEquals(
                List.of(
                        "build-native.sh",
                        "test.sh",
                        "kind-integration.sh",
                        "minikube-setup-runtime.sh"),
                called);
    }
}
