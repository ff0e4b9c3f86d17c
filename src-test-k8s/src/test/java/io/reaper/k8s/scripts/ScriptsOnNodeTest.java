package io.reaper.k8s.scripts;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.k8s.ContainerSpec;
import io.reaper.k8s.PodException;
import io.reaper.k8s.PodSpec;
import io.reaper.k8s.cri.FirstPod;
import io.reaper.k8s.scripts.StandIns.Outcome;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Programs;
import io.reaper.testing.Root;
import io.reaper.testing.TestCgroups;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The half of the scripts that happens on a node, really done: docker and minikube stand in, but
 * what they are told to copy and to run is copied to and run on a {@link NodeLike}.
 */
@Tag("containerd")
final class ScriptsOnNodeTest {
    private static final String TAG = "reaper-scripts-" + ProcessHandle.current().pid();
    private static final List<String> ONCE = List.of("restart containerd");

    private static final String DOCKER_EXEC = "shift 2; on_node \"$@\"; exit";
    private static final String DOCKER_CP = "cp \"$2\" \"$root${3#*:}\"; exit";

    /** `minikube --profile P ssh --node N -- WORDS`: a shell there gets the words as one. */
    private static final String MINIKUBE_SSH = "shift 6; on_node sh -c \"$*\"; exit";

    /** `minikube --profile P cp FILE NODE:PATH`, with the mode that minikube gives. */
    private static final String MINIKUBE_CP =
            "cp \"$4\" \"$root${5#*:}\" && chmod 644 \"$root${5#*:}\"; exit";

    @TempDir private Path directory;

    @BeforeEach
    void root() {
        Root.assume();
    }

    @AfterEach
    void removeCgroups() {
        TestCgroups.remove(TAG);
    }

    private StandIns kind(NodeLike node) throws Exception {
        StandIns world = world(node);
        world.when("kind get nodes *", "echo reaper-control-plane");
        world.when("docker exec *", node.entering() + DOCKER_EXEC);
        world.when("docker cp *", node.entering() + DOCKER_CP);
        world.when(
                "kind load image-archive *",
                node.entering()
                        + "on_node ctr --namespace k8s.io images import "
                        + node.image()
                        + "; exit");
        return world;
    }

    private StandIns minikube(NodeLike node) throws Exception {
        StandIns world = world(node);
        world.when("kubectl *get nodes -o*", "echo \"minikube containerd://2.0.0\"");
        world.when("minikube * ssh *", node.entering() + MINIKUBE_SSH);
        world.when("minikube * cp *", node.entering() + MINIKUBE_CP);
        return world;
    }

    private StandIns world(NodeLike node) throws Exception {
        StandIns world = new StandIns(directory);
        world.when("mvn *-Dring=image*", "cp " + node.image() + " \"${call##*=}\"");
        Files.copy(
                Repository.script("install-node.sh"),
                world.repository().resolve("scripts/install-node.sh"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        return world;
    }

    private static String[] with(String... more) {
        List<String> all =
                new java.util.ArrayList<>(
                        List.of("--skip-build", "--programs", Programs.directory().toString()));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static void assertPodsRun(NodeLike node) {
        PodSpec spec =
                PodSpec.of("first", ContainerSpec.script("main", "echo first on $0; exit 42"));
        FirstPod pod = FirstPod.run(node.socket(), node.directory(), TAG, spec);
        assertAll(
                () -> assertEquals(42, pod.status().exitCode(), pod::toString),
                () -> assertEquals("first on /bin/sh\n", pod.log()));
    }

    @ParameterizedTest
    @EnumSource(
            value = ContainerdRelease.class,
            names = {"V1_6", "V2"})
    void afterTheKindScriptPodsRunOnTheNode(ContainerdRelease release) throws Exception {
        try (NodeLike node = new NodeLike(release)) {
            PodSpec spec = PodSpec.of("early", ContainerSpec.of("main", "/bin/true"));
            assertThrows(
                    PodException.class,
                    () -> FirstPod.run(node.socket(), node.directory(), TAG, spec));
            StandIns world = kind(node);

            Outcome outcome = world.run("kind-integration.sh", with());

            assertEquals(0, outcome.status(), () -> outcome + node.log());
            assertEquals(ONCE, node.restarts());
            assertPodsRun(node);
            String settings = Files.readString(node.directory().resolve("etc/reaper/reaper.conf"));
            assertAll(
                    () -> assertTrue(settings.contains("REAPER_ISOLATION=host\n"), settings),
                    () ->
                            assertTrue(
                                    Files.readString(
                                                    node.directory().resolve("log/reaper-shim.log"))
                                            .contains("k8s.io/")));

            // a cluster that is reused has all that already
            world.when("kind get clusters", "echo reaper");
            world.run("kind-integration.sh", with()).expect(0);
            assertEquals(ONCE, node.restarts());
            assertEquals(
                    1,
                    Files.readAllLines(node.directory().resolve("etc/reaper/reaper.conf")).stream()
                            .filter(line -> line.startsWith("REAPER_SHIM_LOG="))
                            .count());
            assertPodsRun(node);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ContainerdRelease.class,
            names = {"V1_6", "V2"})
    void minikubesScriptCanBeRunAgainAndUndone(ContainerdRelease release) throws Exception {
        try (NodeLike node = new NodeLike(release)) {
            StandIns world = minikube(node);
            String before = Files.readString(node.configuration());

            Outcome outcome = world.run("minikube-setup-runtime.sh", with("--test"));

            assertEquals(0, outcome.status(), () -> outcome + node.log());
            assertPodsRun(node);
            assertEquals(ONCE, node.restarts());
            world.run("minikube-setup-runtime.sh", with()).expect(0);
            assertEquals(ONCE, node.restarts());

            // a virtual machine that was started again has its own files only
            Files.writeString(node.configuration(), before);
            for (String name : List.of("reaper-runtime", "containerd-shim-reaper-v2")) {
                Files.delete(node.directory().resolve("local/bin").resolve(name));
            }
            node.run("systemctl", "restart", "containerd").expect(0);
            io.reaper.testing.Await.until(
                    NodeLike.DEADLINE, () -> node.run("crictl", "info").exitCode() == 0, node::log);
            world.run("minikube-setup-runtime.sh", with()).expect(0);
            assertPodsRun(node);

            world.run("minikube-setup-runtime.sh", "--uninstall").expect(0);
            assertAll(
                    () -> assertEquals(before, Files.readString(node.configuration())),
                    () ->
                            assertFalse(
                                    Files.exists(
                                            node.directory().resolve("local/bin/reaper-runtime"))));
        }
    }

    /** Programs of another architecture: the node is as it was. */
    @Test
    void programsThatDoNotRunThereChangeNothing() throws Exception {
        try (NodeLike node = new NodeLike(ContainerdRelease.V1_6)) {
            StandIns world = kind(node);
            String before = Files.readString(node.configuration());
            Path foreign = Files.createDirectories(directory.resolve("foreign"));
            for (String name : List.of("reaper-runtime", "containerd-shim-reaper-v2")) {
                // an ELF header and nothing else
                Path file = Files.write(foreign.resolve(name), new byte[] {0x7f, 'E', 'L', 'F', 9});
                assertTrue(file.toFile().setExecutable(true));
            }

            Outcome outcome =
                    world.run(
                                    "kind-integration.sh",
                                    "--skip-build",
                                    "--programs",
                                    foreign.toString())
                            .expect(1);

            assertAll(
                    () ->
                            assertTrue(
                                    outcome.stderr().contains("do not run on node"),
                                    outcome.stderr()),
                    () -> assertEquals(before, Files.readString(node.configuration())),
                    () -> assertEquals(List.of(), node.restarts()),
                    () ->
                            assertFalse(
                                    Files.exists(
                                            node.directory().resolve("local/bin/reaper-runtime"))));
        }
    }
}
