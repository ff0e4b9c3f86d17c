package io.reaper.k8s.install;

import static io.reaper.k8s.install.InstallConfigurationTest.assertSays;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import io.reaper.testing.Root;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The entry script of the installer's pod on a private node: nsenter, install-node.sh and
 * containerd are real, kubectl and systemctl stand in.
 */
@Tag("containerd")
final class EntryTest {
    private static final Path ENTRY =
            Path.of("../kubernetes/installer/entry.sh").toAbsolutePath().normalize();

    @BeforeEach
    void root() {
        Root.assume();
    }

    /** A node with a containerd that runs, and the image's files. */
    private record Pod(InstallerNode node, Systemd systemd) {
        static Pod on(InstallerNode node, ContainerdRelease release, String beforeStart)
                throws IOException {
            int version = release == ContainerdRelease.V2 ? 3 : 2;
            Files.writeString(node.configuration(), Systemd.configuration(node, version));
            Systemd systemd =
                    new Systemd(
                            node, node.containerd().getParent(), node.configuration(), beforeStart);
            systemd.boot();
            Files.copy(InstallerNode.SCRIPT, node.root().resolve("programs/install-node.sh"));
            Files.writeString(node.root().resolve("pods"), "");
            // answers are files; a call is one line, with what the node has then
            node.executable(
                    "bin/kubectl",
                    """
                    echo "$1 $2 $3 $4 | $(ls %1$s/usr/bin 2>/dev/null | wc -l) programs" >>%1$s/calls
                    case "$1 $2" in
                        "get runtimeclasses") echo reaper-v2; echo other-name ;;
                        "get pods") cat %1$s/pods ;;
                    esac
                    [ ! -e %1$s/kubectl-fails ] || { echo "Error from server (Forbidden)" >&2; exit 1; }\
                    """
                            .formatted(node.root()));
            return new Pod(node, systemd);
        }

        Job.Result run(String action) {
            String root = node.root().toString();
            String path = root + "/bin:/usr/sbin:/usr/bin:/sbin:/bin";
            Map<String, String> environment = new HashMap<>();
            environment.put("PATH", path);
            environment.put("NODE_PATH", path);
            environment.put("NODE_NAME", "node-1");
            environment.put("PAYLOAD", root + "/programs");
            environment.put("STAGING", root + "/staging");
            environment.put("DONE", root + "/done");
            environment.put("ONCE", "1");
            environment.put(
                    "INSTALL_OPTIONS",
                    "--prefix "
                            + root
                            + "/usr --settings "
                            + root
                            + "/reaper/reaper.conf --wait 300");
            return node.node()
                    .start(List.of("dash", ENTRY.toString(), action), environment)
                    .await(InstallerNode.DEADLINE);
        }

        List<String> calls() throws IOException {
            Path file = node.root().resolve("calls");
            return Files.exists(file) ? Files.readAllLines(file, UTF_8) : List.of();
        }

        boolean isDone() {
            return Files.exists(node.root().resolve("done"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V1_6", "V2"})
    void labelsTheNodeLastAndUnlabelsItFirst(ContainerdRelease release) throws IOException {
        try (InstallerNode node = new InstallerNode(release)) {
            Pod pod = Pod.on(node, release, "");
            String before = Files.readString(node.configuration());
            pod.run("install").expect(0);
            assertTrue(pod.isDone());
            assertEquals(
                    List.of("label node node-1 reaper/installed=true | 2 programs"), pod.calls());
            assertEquals(List.of("restart containerd"), pod.systemd.restarts());
            assertFalse(ConfigurationDump.of(node.dump()).handler("reaper-v2").isEmpty());

            assertSays("nothing to do", pod.run("install").expect(0).stdout());
            assertEquals(1, pod.systemd.restarts().size());

            Files.delete(node.root().resolve("calls"));
            pod.run("uninstall").expect(0);
            assertTrue(pod.isDone());
            assertEquals(
                    "label node node-1 reaper/installed- | 2 programs", pod.calls().getFirst());
            assertEquals(before, Files.readString(node.configuration()));
            try (var left = Files.list(node.root().resolve("staging"))) {
                assertEquals(List.of(), left.toList());
            }
            assertFalse(Files.exists(node.prefix().resolve("bin/reaper-runtime")));
            // an uninstaller that starts anew
            pod.run("uninstall").expect(0);
        }
    }

    @Test
    void removesNothingWhilePodsOfTheHandlerAreThere() throws IOException {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V1_6)) {
            Pod pod = Pod.on(node, ContainerdRelease.V1_6, "");
            pod.run("install").expect(0);
            var installed = node.files();
            // another class of the same handler counts, a class with a longer name does not
            Files.writeString(
                    node.root().resolve("pods"),
                    " kube-system/dns\nreaper-v2-other default/no\nother-name default/job\n");
            Job.Result result = pod.run("uninstall").expect(1);
            assertSays(
                    "run on node-1, nothing is removed before they are gone: default/job",
                    result.stderr());
            assertFalse(result.stderr().contains("default/no"), result::toString);
            assertFalse(pod.isDone());
            assertEquals(installed, node.files());
            assertTrue(
                    pod.calls().stream()
                            .anyMatch(
                                    call ->
                                            call.startsWith(
                                                    "label node node-1 reaper/installed-")));
        }
    }

    @Test
    void removesNothingWithoutAnAnswerFromTheCluster() throws IOException {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V1_6)) {
            Pod pod = Pod.on(node, ContainerdRelease.V1_6, "");
            pod.run("install").expect(0);
            var installed = node.files();
            Files.createFile(node.root().resolve("kubectl-fails"));
            assertNotEquals(0, pod.run("uninstall").exitCode());
            assertEquals(installed, node.files());
            assertFalse(pod.isDone());
        }
    }

    @Test
    void aNodeWhereInstallingFailsGetsNoLabel() throws IOException {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V2)) {
            Pod pod = Pod.on(node, ContainerdRelease.V2, InstallRunningTest.ENDS_FOR_GOOD);
            var before = node.files();
            Job.Result result = pod.run("install").expect(1);
            assertSays("everything is as it was", result.stderr());
            assertEquals(List.of(), pod.calls());
            assertFalse(pod.isDone());
            assertEquals(before, node.files());
        }
    }

    /** With systemd the work is a unit of its own, which the end of the pod does not end. */
    @Test
    void runsAsAUnitOfSystemd() throws IOException {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V1_6)) {
            Pod pod = Pod.on(node, ContainerdRelease.V1_6, "");
            node.node().run("mkdir", "-p", "/run/systemd/system").expect(0);
            node.executable(
                    "bin/systemd-run",
                    "echo \"$*\" >"
                            + node.root()
                            + "/units\n"
                            + "while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"");
            pod.run("install").expect(0);
            String unit = Files.readString(node.root().resolve("units"));
            List<String> words = new ArrayList<>(List.of(unit.split(" ", -1)));
            assertTrue(words.contains("--wait") && words.contains("--pipe"), unit);
            assertTrue(
                    unit.contains(
                            "--unit reaper-installer -- /bin/sh "
                                    + node.root()
                                    + "/staging/install-node.sh"),
                    unit);
        }
    }
}
