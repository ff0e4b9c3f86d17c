package io.reaper.k8s.scripts;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.k8s.scripts.StandIns.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What minikube-setup-runtime.sh calls, and in which order. */
final class MinikubeScriptTest {
    private static final String SCRIPT = "minikube-setup-runtime.sh";
    private static final String THERE = "/home/docker/reaper";
    private static final String MINIKUBE = "minikube --profile minikube ";
    private static final String ON_NODE = MINIKUBE + "ssh --node minikube -- sudo ";
    private static final String ABSENT = "echo \"Profile minikube not found\"; exit 85";

    @TempDir private Path directory;
    private StandIns world;

    @BeforeEach
    void aNodeWithContainerd() {
        world = new StandIns(directory);
        world.when("kubectl *get nodes -o*", "echo \"minikube containerd://1.7.23\"");
    }

    @Test
    void aProfileThatIsNotThereIsStartedAndSetUp() {
        world.when("minikube *status", ABSENT);

        Outcome outcome = world.run(SCRIPT, "--driver", "kvm2").expect(0);

        assertEquals(
                List.of(
                        "build-native.sh",
                        MINIKUBE + "status",
                        MINIKUBE + "start --container-runtime=containerd --driver=kvm2 --wait=all",
                        "kubectl --context minikube get nodes -o jsonpath={range"
                                + " .items[*]}{.metadata.name}{\" \"}"
                                + "{.status.nodeInfo.containerRuntimeVersion}{\"\\n\"}{end}",
                        ON_NODE + "mkdir -p " + THERE,
                        copy("target/native", "reaper-runtime"),
                        copy("target/native", "containerd-shim-reaper-v2"),
                        copy("scripts", "install-node.sh"),
                        (ON_NODE
                                        + "chmod 0755 %1$s/reaper-runtime"
                                        + " %1$s/containerd-shim-reaper-v2 %1$s/install-node.sh")
                                .formatted(THERE),
                        ON_NODE + THERE + "/reaper-runtime --version",
                        ON_NODE + THERE + "/containerd-shim-reaper-v2 -v",
                        (ON_NODE + "%1$s/install-node.sh --programs %1$s --handler reaper-v2")
                                .formatted(THERE),
                        ON_NODE + "crictl info",
                        "kubectl --context minikube apply -f REPO/kubernetes/runtimeclass.yaml",
                        "kubectl --context minikube wait --for=condition=Ready nodes --all"
                                + " --timeout=120s"),
                outcome.calls());
    }

    private static String copy(String from, String name) {
        return MINIKUBE + "cp REPO/%s/%s minikube:%s/%s".formatted(from, name, THERE, name);
    }

    @Test
    void aProfileThatRunsIsNotStarted() {
        assertEquals(List.of(), world.run(SCRIPT).expect(0).calls(MINIKUBE + "start"));
    }

    @Test
    void aProfileThatIsStoppedIsStarted() {
        world.when("minikube *status", "echo \"host: Stopped\"; exit 7");

        assertEquals(1, world.run(SCRIPT).expect(0).calls(MINIKUBE + "start").size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker://27.2.0", "cri-o://1.31.0", ""})
    void aRuntimeThatIsNotContainerdIsRefused(String runtime) {
        StandIns other = new StandIns(directory.resolve("other"));
        other.when("kubectl *get nodes -o*", "echo \"minikube " + runtime + "\"");

        Outcome outcome = other.run(SCRIPT).expect(1);

        assertAll(
                () ->
                        assertTrue(
                                outcome.stderr().contains("--container-runtime=containerd"),
                                outcome.stderr()),
                () -> assertEquals(List.of(), outcome.calls(MINIKUBE + "cp")),
                () -> assertEquals(List.of(), outcome.calls(MINIKUBE + "ssh")),
                () -> assertEquals(List.of(), outcome.calls("kubectl --context minikube apply")));
    }

    @Test
    void eachNodeOfAnotherProfileGetsIt() {
        StandIns several = new StandIns(directory.resolve("several"));
        several.when(
                "kubectl --context work get nodes -o*",
                "for n in work work-m02; do echo \"$n containerd://2.2.1\"; done");

        Outcome outcome = several.run(SCRIPT, "--profile", "work").expect(0);

        for (String node : List.of("work", "work-m02")) {
            assertEquals(
                    1,
                    outcome.calls(
                                    "minikube --profile work ssh --node %s -- sudo %s"
                                            .formatted(node, THERE + "/install-node.sh"))
                            .size(),
                    node);
        }
    }

    @Test
    void theSuiteRunsWhenAskedForAndTheProfileThatWasMadeGoes() {
        world.when("minikube *status", ABSENT);
        world.when("mvn *-Dring=cluster*", "echo \"told $REAPER_KUBECONFIG, $REAPER_NODE_SHELL\"");
        world.when("kubectl *config view*", "echo \"kind: Config\"");

        Outcome outcome = world.run(SCRIPT, "--test").expect(0);

        assertAll(
                () ->
                        assertTrue(
                                outcome.stdout()
                                        .contains(
                                                ("told %s/target/k8s/minikube.kubeconfig, minikube"
                                                                + " --profile minikube ssh"
                                                                + " --native-ssh=false --node"
                                                                + " {node} -- sudo")
                                                        .formatted(world.repository())),
                                outcome.stdout()),
                () ->
                        assertEquals(
                                List.of(
                                        "ctr --namespace k8s.io images import "
                                                + THERE
                                                + "/busybox.tar"),
                                outcome.calls(ON_NODE).stream()
                                        .filter(call -> call.startsWith("ctr"))
                                        .toList()),
                () -> assertEquals(MINIKUBE + "delete", outcome.calls().getLast()));
    }

    @Test
    void theSuiteLeavesAProfileThatWasThere() {
        assertEquals(List.of(), world.run(SCRIPT, "--test").expect(0).calls(MINIKUBE + "delete"));
    }

    @Test
    void keepKeepsTheProfileThatWasMade() {
        world.when("minikube *status", ABSENT);

        assertEquals(
                List.of(),
                world.run(SCRIPT, "--test", "--keep").expect(0).calls(MINIKUBE + "delete"));
    }

    @Test
    void withoutTheSuiteTheProfileStays() {
        world.when("minikube *status", ABSENT);
        world.when("kubectl *wait*", "exit 1");

        assertEquals(List.of(), world.run(SCRIPT).expect(1).calls(MINIKUBE + "delete"));
    }

    @Test
    void aSuiteThatFailsLeavesLogsAndNoProfile() {
        world.when("minikube *status", ABSENT);
        world.when("mvn *-Dring=cluster*", "exit 9");

        Outcome outcome = world.run(SCRIPT, "--test").expect(9);

        assertAll(
                () ->
                        assertEquals(
                                List.of("logs --file REPO/target/k8s/logs/minikube.log"),
                                outcome.calls(MINIKUBE + "logs").stream()
                                        .map(rest -> "logs" + rest)
                                        .toList()),
                () -> assertEquals(MINIKUBE + "delete", outcome.calls().getLast()));
    }

    @Test
    void oneTestClassAloneAndLogsElsewhere() {
        Path logs = directory.resolve("my logs");
        world.when("mvn *-Dring=cluster*", "exit 9");

        Outcome outcome =
                world.run(SCRIPT, "--test", "--only", "SomeTest", "--logs", logs.toString())
                        .expect(9);

        String suite =
                outcome.calls().stream()
                        .filter(call -> call.contains("-Dring=cluster"))
                        .findFirst()
                        .orElseThrow();
        assertAll(
                () -> assertTrue(suite.contains("-Dtest=SomeTest"), suite),
                () ->
                        assertEquals(
                                1,
                                outcome.calls(MINIKUBE + "logs --file " + logs + "/minikube.log")
                                        .size(),
                                () -> outcome.calls().toString()),
                () -> assertTrue(Files.exists(logs.resolve("pods.txt"))));
    }

    @Test
    void aStartThatFailsEndsIt() {
        world.when("minikube *status", ABSENT);
        world.when("minikube *start *", "exit 80");

        Outcome outcome = world.run(SCRIPT).expect(80);

        assertEquals(List.of(), outcome.calls("kubectl"));
    }

    @Test
    void uninstallTakesTheClassBeforeThePrograms() {
        Outcome outcome = world.run(SCRIPT, "--uninstall").expect(0);

        assertEquals(
                List.of(
                        "kubectl --context minikube delete --ignore-not-found -f"
                                + " REPO/kubernetes/runtimeclass.yaml",
                        ON_NODE + "mkdir -p " + THERE,
                        copy("scripts", "install-node.sh"),
                        ON_NODE
                                + "sh "
                                + THERE
                                + "/install-node.sh --uninstall --handler reaper-v2",
                        ON_NODE + "rm -rf " + THERE),
                outcome.calls().subList(2, outcome.calls().size()));
    }

    @Test
    void uninstallDoesNotStartAProfile() {
        world.when("minikube *status", ABSENT);

        Outcome outcome = world.run(SCRIPT, "--uninstall").expect(1);

        assertEquals(List.of(MINIKUBE + "status"), outcome.calls());
    }

    /** The lines of a dry run, run as a script, make the calls of a real one. */
    @Test
    void aDryRunShowsEachCallAndMakesNone() {
        world.when("minikube *status", ABSENT);

        Outcome dry = world.run(SCRIPT, "--dry-run", "--test").expect(0);
        Outcome real = world.run(SCRIPT, "--test").expect(0);
        String[] parts =
                dry.stdout().split("# only when one of these fails:\n|# in any case,[^\n]*\n", -1);

        assertAll(
                () -> assertEquals(List.of(), dry.calls()),
                () ->
                        assertEquals(
                                real.calls(),
                                world.runText(
                                                (parts[0] + parts[2])
                                                        .replace("status\n", "status || :\n"))
                                        .calls()));
    }

    @ParameterizedTest
    @CsvSource({
        "--frobnicate, unknown argument: --frobnicate",
        "--profile, --profile needs a value",
        "--profile a;b, letters",
        "--keep, need --test",
        "--test --uninstall, exclude each other",
        "--programs /tmp, --programs needs --skip-build"
    })
    void whatIsWrongIsSaidBeforeAnythingIsDone(String arguments, String message) {
        Outcome outcome = world.run(SCRIPT, arguments.split(" ", -1)).expect(1);

        assertAll(
                () -> assertTrue(outcome.stderr().contains(message), outcome.stderr()),
                () -> assertEquals(List.of(), outcome.calls()));
    }

    @Test
    void helpNamesEachFlag() {
        String help = world.run(SCRIPT, "--help").expect(0).stdout();

        for (String flag :
                List.of(
                        "--profile",
                        "--driver",
                        "--test",
                        "--only",
                        "--keep",
                        "--uninstall",
                        "--skip-build",
                        "--programs",
                        "--logs",
                        "--verbose",
                        "--dry-run",
                        "--help")) {
            assertTrue(help.contains(flag), flag);
        }
    }
}
