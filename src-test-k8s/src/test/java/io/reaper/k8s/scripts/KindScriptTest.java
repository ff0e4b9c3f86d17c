package io.reaper.k8s.scripts;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.k8s.scripts.StandIns.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What kind-integration.sh calls, and in which order. */
final class KindScriptTest {
    private static final String SCRIPT = "kind-integration.sh";
    private static final String THERE = "/usr/local/share/reaper-install";
    private static final String KUBECTL =
            "kubectl --kubeconfig REPO/target/k8s/reaper.kubeconfig --context kind-reaper ";
    private static final String MAVEN =
            "mvn -f REPO/pom.xml --batch-mode --no-transfer-progress -Dstyle.color=never test ";
    private static final String DELETED =
            "kind delete cluster --name reaper --kubeconfig REPO/target/k8s/reaper.kubeconfig";

    @TempDir private Path directory;
    private StandIns world;

    @BeforeEach
    void aWorldWithoutClusters() {
        world = new StandIns(directory);
        world.when("kind get nodes *", "echo reaper-control-plane");
    }

    @Test
    void aClusterIsMadeUsedAndDeleted() {
        Outcome outcome = world.run(SCRIPT).expect(0);

        assertEquals(
                List.of(
                        "build-native.sh",
                        MAVEN
                                + "--quiet --projects src-test-k8s --also-make -Dring=image"
                                + " -Dreaper.image=REPO/target/k8s/busybox.tar",
                        "kind get clusters",
                        "kind create cluster --name reaper --kubeconfig"
                                + " REPO/target/k8s/reaper.kubeconfig --retain --wait 180s",
                        "kind get nodes --name reaper",
                        "docker exec reaper-control-plane mkdir -p " + THERE,
                        copy("target/native", "reaper-runtime"),
                        copy("target/native", "containerd-shim-reaper-v2"),
                        copy("scripts", "install-node.sh"),
                        ("docker exec reaper-control-plane chmod 0755 %1$s/reaper-runtime"
                                        + " %1$s/containerd-shim-reaper-v2 %1$s/install-node.sh")
                                .formatted(THERE),
                        "docker exec reaper-control-plane " + THERE + "/reaper-runtime --version",
                        "docker exec reaper-control-plane "
                                + THERE
                                + "/containerd-shim-reaper-v2 -v",
                        ("docker exec reaper-control-plane %1$s/install-node.sh --programs %1$s"
                                        + " --handler reaper-v2")
                                .formatted(THERE),
                        "docker exec reaper-control-plane crictl info",
                        "docker exec reaper-control-plane sed -i -e $a"
                                + " REAPER_SHIM_LOG=/var/log/reaper-shim.log -e"
                                + " /^REAPER_SHIM_LOG=/d /etc/reaper/reaper.conf",
                        "kind load image-archive REPO/target/k8s/busybox.tar --name reaper",
                        KUBECTL + "apply -f REPO/kubernetes/runtimeclass.yaml",
                        KUBECTL + "wait --for=condition=Ready nodes --all --timeout=120s",
                        MAVEN
                                + "--projects src-test-k8s --also-make -Dring=cluster"
                                + " -Dreaper.bin=REPO/target/native",
                        DELETED),
                outcome.calls());
    }

    private static String copy(String from, String name) {
        return "docker cp REPO/%s/%s reaper-control-plane:%s/%s".formatted(from, name, THERE, name);
    }

    @Test
    void theSuiteIsToldTheClusterAndAShellOfItsNodes() {
        world.when(
                "mvn *-Dring=cluster*",
                "echo \"told $REAPER_KUBECONFIG, $REAPER_NODE_SHELL, $JAVA_HOME\"");

        String said = world.run(SCRIPT).expect(0).stdout();

        assertTrue(
                said.contains(
                        "told %s/target/k8s/reaper.kubeconfig, docker exec -i {node}, %s"
                                .formatted(
                                        world.repository(),
                                        Path.of(System.getProperty("java.home")))),
                said);
    }

    @Test
    void aClusterThatIsThereIsKept() {
        world.when("kind get clusters", "echo other; echo reaper");

        Outcome outcome = world.run(SCRIPT).expect(0);

        assertAll(
                () -> assertEquals(List.of(), outcome.calls("kind create")),
                () -> assertEquals(List.of(), outcome.calls("kind delete")),
                () ->
                        assertEquals(
                                List.of(
                                        "--name reaper --kubeconfig"
                                                + " REPO/target/k8s/reaper.kubeconfig"),
                                outcome.calls("kind export kubeconfig ")),
                () -> assertTrue(outcome.stdout().contains("kind delete cluster --name reaper")));
    }

    @Test
    void aClusterWithAnotherNameIsNone() {
        world.when("kind get clusters", "echo reaper-2; echo my.reaper");

        assertEquals(1, world.run(SCRIPT).expect(0).calls("kind create").size());
    }

    @Test
    void nameImageProgramsAndTestAreTheCallersChoice() throws Exception {
        world.when("kind get nodes *", "exit");
        Path programs = Files.createDirectories(directory.resolve("mine"));
        for (String name : List.of("reaper-runtime", "containerd-shim-reaper-v2")) {
            assertTrue(Files.createFile(programs.resolve(name)).toFile().setExecutable(true));
        }

        Outcome outcome =
                world.run(
                                SCRIPT,
                                "--cluster-name",
                                "old",
                                "--image",
                                "kindest/node:v1.32.0",
                                "--skip-build",
                                "--programs",
                                programs.toString(),
                                "--only",
                                "SomeTest",
                                "--keep")
                        .expect(0);

        assertAll(
                () -> assertFalse(outcome.calls().contains("build-native.sh")),
                () ->
                        assertEquals(
                                List.of(
                                        "--name old --image kindest/node:v1.32.0 --kubeconfig"
                                                + " REPO/target/k8s/old.kubeconfig --retain --wait"
                                                + " 180s"),
                                outcome.calls("kind create cluster ")),
                () ->
                        assertEquals(
                                List.of(
                                        "-Dring=cluster -Dreaper.bin="
                                                + programs
                                                + " -Dtest=SomeTest"
                                                + " -Dsurefire.failIfNoSpecifiedTests=false"),
                                outcome.calls(MAVEN + "--projects src-test-k8s --also-make ")),
                () -> assertEquals(List.of(), outcome.calls("kind delete")));
    }

    @Test
    void logsGoWhereTheCallerWantsThem() {
        Path logs = directory.resolve("my logs");
        StandIns broken = new StandIns(directory.resolve("broken"));
        broken.when("mvn *-Dring=cluster*", "exit 9");
        broken.when("kind get nodes *", "echo reaper-control-plane");

        Outcome outcome = broken.run(SCRIPT, "--logs", logs.toString()).expect(9);

        assertAll(
                () ->
                        assertEquals(
                                List.of(logs + " --name reaper"),
                                outcome.calls("kind export logs ")),
                () -> assertTrue(Files.exists(logs.resolve("pods.txt"))));
    }

    @Test
    void eachNodeGetsItButTheBalancer() {
        StandIns several = new StandIns(directory.resolve("several"));
        several.when(
                "kind get nodes *",
                "for n in control-plane external-load-balancer worker; do echo reaper-$n; done");

        assertEquals(
                List.of("reaper-control-plane", "reaper-worker"),
                several.run(SCRIPT).expect(0).calls("docker exec ").stream()
                        .filter(call -> call.contains("install-node.sh --programs"))
                        .map(call -> call.substring(0, call.indexOf(' ')))
                        .toList());
    }

    /** Whatever fails: its status is the script's, logs are kept, the cluster goes. */
    @ParameterizedTest
    @CsvSource({
        "kind create *, 7, 0, false",
        "kind get nodes *, 4, 0, false",
        "docker cp *, 5, 0, true",
        "docker exec *install-node.sh --programs*, 3, 0, true",
        "kind load *, 6, 0, true",
        "kubectl *apply*, 8, 0, true",
        "mvn *-Dring=cluster*, 9, 1, true"
    })
    void aFailureLeavesLogsAndNoCluster(String call, int status, int suites, boolean nodesAreKnown)
            throws Exception {
        StandIns broken = new StandIns(directory.resolve("broken"));
        broken.when(call, "exit " + status);
        broken.when("kind get nodes *", "echo reaper-control-plane");
        broken.when("kubectl *get events*", "echo an event");
        broken.when("docker exec * cat /var/log/reaper-shim.log", "echo a line");

        Outcome outcome = broken.run(SCRIPT).expect(status);

        Path logs = broken.repository().resolve("target/k8s/logs");
        assertAll(
                () -> assertEquals(DELETED, outcome.calls().getLast()),
                () -> assertEquals(suites, outcome.calls("mvn ").size() - 1),
                () ->
                        assertEquals(
                                List.of("REPO/target/k8s/logs --name reaper"),
                                outcome.calls("kind export logs ")),
                () -> assertEquals("an event\n", Files.readString(logs.resolve("events.txt"))),
                () ->
                        assertEquals(
                                nodesAreKnown,
                                Files.exists(logs.resolve("reaper-control-plane-shim.log"))));
    }

    @Test
    void aFailureWithKeepKeeps() {
        world.when("mvn *-Dring=cluster*", "exit 1");

        Outcome outcome = world.run(SCRIPT, "--keep").expect(1);

        assertAll(
                () -> assertEquals(List.of(), outcome.calls("kind delete")),
                () -> assertEquals(1, outcome.calls("kind export logs").size()));
    }

    @Test
    void aBuildThatFailsMakesNoCluster() throws Exception {
        Files.writeString(
                world.repository().resolve("scripts/build-native.sh"), "#!/bin/sh\nexit 3\n");

        assertEquals(List.of(), world.run(SCRIPT).expect(3).calls());
    }

    @ParameterizedTest
    @CsvSource({"reaper-runtime --version", "containerd-shim-reaper-v2 -v"})
    void programsThatDoNotRunOnTheNodeAreNotInstalled(String check) {
        world.when("docker exec *" + check, "echo \"exec format error\" >&2; exit 126");

        Outcome outcome = world.run(SCRIPT).expect(1);

        assertAll(
                () ->
                        assertTrue(
                                outcome.stderr()
                                        .contains("do not run on node reaper-control-plane"),
                                outcome.stderr()),
                () ->
                        assertTrue(
                                outcome.calls("docker exec ").stream()
                                        .noneMatch(call -> call.contains("--programs"))),
                () -> assertEquals(DELETED, outcome.calls().getLast()));
    }

    @Test
    void aNodeThatIsNotReadyEndsIt() {
        world.when("kubectl *wait*", "echo timed out >&2; exit 1");

        Outcome outcome = world.run(SCRIPT).expect(1);

        assertAll(
                () -> assertTrue(outcome.stderr().contains("a node is not Ready")),
                () -> assertEquals(List.of(), outcome.calls(MAVEN + "--projects")),
                () -> assertEquals(1, outcome.calls(KUBECTL + "describe nodes").size()),
                () -> assertEquals(DELETED, outcome.calls().getLast()));
    }

    @Test
    void containerdIsAskedUntilItAnswers() {
        world.when(
                "docker exec * crictl info",
                "[ $(grep -c \"crictl info\" \"$STAND_INS/calls\") -ge 3 ] || exit 1");

        Outcome outcome = world.run(SCRIPT).expect(0);

        assertEquals(3, outcome.calls("docker exec reaper-control-plane crictl info").size());
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130"})
    void aSignalDeletesTheClusterToo(String signal, int status) {
        world.when("mvn *-Dring=cluster*", "kill -" + signal + " $PPID");

        assertEquals(DELETED, world.run(SCRIPT).expect(status).calls().getLast());
    }

    @Test
    void aClusterThatCannotBeDeletedIsAFailure() {
        world.when("kind delete *", "exit 1");

        world.run(SCRIPT).expect(1);
    }

    /** The lines of a dry run, run as a script, make the calls of a real one. */
    @Test
    void aDryRunShowsEachCallAndMakesNone() {
        Outcome dry = world.run(SCRIPT, "--dry-run").expect(0);
        Outcome real = world.run(SCRIPT).expect(0);
        String always = "# in any case:\n";
        String[] parts = dry.stdout().split("# only when one of these fails:\n|" + always, -1);

        assertAll(
                () -> assertEquals(List.of(), dry.calls()),
                () -> assertEquals(real.calls(), world.runText(parts[0] + parts[2]).calls()),
                () -> assertFalse(Files.exists(world.repository().resolve("target/k8s/logs"))),
                () -> {
                    world.when("mvn *-Dring=cluster*", "exit 1");
                    List<String> failing = world.run(SCRIPT).expect(1).calls();
                    List<String> shown =
                            Stream.of(parts[0], parts[1], parts[2])
                                    .flatMap(
                                            part ->
                                                    world
                                                            .runText(
                                                                    part.replace("mvn", "true mvn"))
                                                            .calls()
                                                            .stream())
                                    .toList();
                    assertEquals(
                            failing.stream().filter(call -> !call.startsWith("mvn")).toList(),
                            shown);
                });
    }

    @Test
    void aDryRunNeedsNoPrograms() {
        assertEquals(
                0,
                world.run(SCRIPT, "--dry-run", "--skip-build", "--keep").expect(0).calls().size());
    }

    @Test
    void verboseShowsWhatItRuns() {
        String said = world.run(SCRIPT, "--verbose").expect(0).stderr();

        assertTrue(said.contains("+ kind get nodes --name reaper\n"), said);
    }

    @ParameterizedTest
    @CsvSource({
        "--frobnicate, unknown argument: --frobnicate",
        "--cluster-name, --cluster-name needs a value",
        "--cluster-name=x, unknown argument",
        "--cluster-name ../x, small letters",
        "--cluster-name -x, small letters",
        "--programs /tmp, --programs needs --skip-build",
        "--skip-build, no "
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
                        "--cluster-name",
                        "--image",
                        "--keep",
                        "--skip-build",
                        "--programs",
                        "--only",
                        "--logs",
                        "--verbose",
                        "--dry-run",
                        "--help")) {
            assertTrue(help.contains(flag), flag);
        }
    }
}
