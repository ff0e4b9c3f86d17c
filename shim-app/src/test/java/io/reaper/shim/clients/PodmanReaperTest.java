package io.reaper.shim.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Job;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** podman with our runtime; and what host mode cannot give it (docs/compatibility.md, podman). */
class PodmanReaperTest extends PodmanScenarios {
    PodmanReaperTest() {
        super(PodmanClient.REAPER);
    }

    @Test
    void verbsThatAreNotThereAreRefused() {
        detach("limited", "exec sleep 1000");
        assertRefused("pause", "pause", "limited");
        assertRefused("update", "update", "--memory", "100m", "limited");
        assertRefused("checkpoint", "container", "checkpoint", "limited");
        assertEquals("running", client.inspect("limited", "{{.State.Status}}"));
        client.remove("limited");
    }

    /** The program that would be init is a mount. */
    @Test
    void anInitOfItsOwnIsMissing() {
        List<String> options = List.of("--rm", "--init", "--init-path", "/bin/true");
        Job.Result result = client.call(client.runArguments(options, "true")).expect(127);
        assertTrue(result.stderr().contains("/run/podman-init"), result::toString);
    }

    /** It reads the cgroup of each controller; the runtime makes one for tracking only. */
    @Test
    void statisticsNeedCgroups() {
        detach("measured", "exec sleep 1000");
        if (Files.isDirectory(Path.of("/sys/fs/cgroup/memory"))) {
            Job.Result result = client.call("stats", "--no-stream", "measured");
            assertNotEquals(0, result.exitCode(), result::toString);
            assertTrue(result.stderr().contains("unable to load cgroup"), result::toString);
        }
        client.remove("measured");
    }

    private void assertRefused(String verb, String... arguments) {
        Job.Result result = client.call(arguments);
        assertNotEquals(0, result.exitCode(), result::toString);
        assertTrue(result.stderr().contains(verb), result::toString);
    }

    @Test
    void theProgramSeesTheNode() {
        assertProgramSeesNode();
    }

    /** podman asks for a namespace only, without a hook: that is passed over with a warning. */
    @Test
    void everyNetworkIsTheNodes() {
        List<String> arguments = new ArrayList<>(List.of("run", "--pull", "never", "--rm"));
        arguments.addAll(client.runOptions());
        arguments.set(arguments.indexOf("host"), "none");
        arguments.addAll(List.of(ContainerClient.IMAGE, "readlink", "/proc/self/ns/net"));
        String ofNode = client.node.run("readlink", "/proc/self/ns/net").expect(0).stdout();
        assertEquals(ofNode, client.call(arguments).expect(0).stdout());
    }

    /** ps in a PID namespace, which is the node's. */
    @Test
    void topShowsAllProcessesOfTheNode() {
        detach("top", "exec sleep 1000");
        String rows = client.call("top", "top", "pid", "args").expect(0).stdout();
        assertTrue(rows.contains("sleep 1000"), rows);
        assertTrue(rows.contains("conmon"), rows);
        client.remove("top");
    }
}
