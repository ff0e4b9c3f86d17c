package io.reaper.k8s.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClass;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The manifests of the installer fit together, and fit its entry script and image. */
final class ManifestsTest {
    private static final Path DIRECTORY = Path.of("../kubernetes/installer");

    private static String text(String name) throws IOException {
        return Files.readString(DIRECTORY.resolve(name));
    }

    private static <T extends HasMetadata> T read(String name, Class<T> type) throws IOException {
        return Stream.of(text(name).split("(?m)^---$", -1))
                .map(document -> new KubernetesSerialization().<HasMetadata>unmarshal(document))
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"install", "uninstall"})
    void aPodOnTheNode(String action) throws IOException {
        DaemonSet set = read(action + ".yaml", DaemonSet.class);
        PodSpec pod = set.getSpec().getTemplate().getSpec();
        Container container = pod.getContainers().getFirst();
        String namespace = read("access.yaml", Namespace.class).getMetadata().getName();
        String account = read("access.yaml", ServiceAccount.class).getMetadata().getName();

        assertEquals(namespace, set.getMetadata().getNamespace());
        assertEquals(account, pod.getServiceAccountName());
        assertEquals(
                set.getSpec().getSelector().getMatchLabels(),
                set.getSpec().getTemplate().getMetadata().getLabels());
        assertEquals(List.of(action), container.getArgs());
        assertTrue(text("entry.sh").contains("    " + action + ")"));
        assertTrue(container.getSecurityContext().getPrivileged());
        assertTrue(pod.getHostPID(), "nsenter takes pid 1");
        assertTrue(container.getImage().matches(".+:[0-9][0-9.]*"), container.getImage());
        String staging = pod.getVolumes().getFirst().getHostPath().getPath();
        assertEquals(staging, container.getVolumeMounts().getFirst().getMountPath());
        assertTrue(text("entry.sh").contains("${STAGING:-" + staging + "}"));
        String probed = container.getReadinessProbe().getExec().getCommand().getLast();
        assertTrue(text("entry.sh").contains("${DONE:-" + probed + "}"));
        assertEquals("NODE_NAME", container.getEnv().getFirst().getName());
    }

    @Test
    void rightsAreThoseThatTheScriptNeeds() throws IOException {
        ClusterRoleBinding binding = read("access.yaml", ClusterRoleBinding.class);
        ClusterRole role = read("access.yaml", ClusterRole.class);
        assertEquals(role.getMetadata().getName(), binding.getRoleRef().getName());
        assertEquals(
                Map.of(
                        "nodes",
                        List.of("get", "patch"),
                        "pods",
                        List.of("list"),
                        "runtimeclasses",
                        List.of("list")),
                role.getRules().stream()
                        .collect(
                                Collectors.toMap(
                                        rule -> rule.getResources().getFirst(),
                                        rule -> rule.getVerbs())));
    }

    @Test
    void theClassSelectsTheLabelThatTheScriptSets() throws IOException {
        RuntimeClass runtimeClass = read("runtimeclass.yaml", RuntimeClass.class);
        assertEquals("reaper-v2", runtimeClass.getHandler());
        assertEquals(
                Map.of("reaper/installed", "true"), runtimeClass.getScheduling().getNodeSelector());
        assertTrue(text("entry.sh").contains("label=reaper/installed\n"));
        assertTrue(text("entry.sh").contains("\"$label=true\""));
    }

    @Test
    void theImageHasWhatTheScriptTakes() throws IOException {
        String image = text("Containerfile");
        for (String file :
                List.of(
                        "target/native/reaper-runtime",
                        "target/native/containerd-shim-reaper-v2",
                        "scripts/install-node.sh",
                        "kubernetes/installer/entry.sh")) {
            assertTrue(image.contains(file), file);
            assertTrue(text("Containerfile.dockerignore").contains("!" + file), file);
        }
        assertTrue(image.contains(" /payload/\n"));
        assertTrue(text("entry.sh").contains("${PAYLOAD:-/payload}"));
        assertFalse(image.contains(":latest"));
    }
}
