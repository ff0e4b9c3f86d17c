package io.reaper.shim.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Await;
import io.reaper.testing.Job;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Docker with our shim; and what host mode cannot give it (docs/compatibility.md, Docker). */
class DockerReaperTest extends DockerScenarios {
    DockerReaperTest() {
        super(DockerClient.REAPER);
    }

    @Test
    void callsThatAreNotThereAreRefused() {
        detach("limited", "exec sleep 1000");
        assertRefused("not implemented", "pause", "limited");
        assertRefused("not implemented", "update", "--cpu-shares", "100", "limited");
        assertEquals("running", client.inspect("limited", "{{.State.Status}}"));
        client.remove("limited");
    }

    /** dockerd, up to 27, sets up what it has not got from the node by a prestart hook. */
    @Test
    void aNetworkSetUpByDockerIsRefused() {
        List<String> arguments = new ArrayList<>(List.of("run", "--pull", "never", "--rm"));
        arguments.addAll(List.of("--runtime", DockerClient.REAPER, "--network", "none"));
        arguments.addAll(List.of(ContainerClient.IMAGE, "true"));
        Job.Result result = client.call(arguments);
        assertNotEquals(0, result.exitCode(), result::toString);
        assertTrue(result.stderr().contains("network namespace"), result::toString);
    }

    /** The program that would be init is a mount. */
    @Test
    void anInitOfItsOwnIsMissing() {
        List<String> arguments = client.runArguments(List.of("--rm", "--init"), "true");
        Job.Result result = client.call(arguments).expect(127);
        assertTrue(result.stderr().contains("/sbin/docker-init"), result::toString);
    }

    private void assertRefused(String reason, String... arguments) {
        Job.Result result = client.call(arguments);
        assertNotEquals(0, result.exitCode(), result::toString);
        assertTrue(result.stderr().contains(reason), result::toString);
    }

    @Test
    void theProgramSeesTheNode() {
        assertProgramSeesNode();
    }

    /** Where no controller measures, the processes are added up. docker shows -- after 2 s. */
    @Test
    void statisticsAreThoseOfTheProcesses() {
        detach("measured", "exec sleep 1000");
        String format = "{{.Name}} {{.PIDs}} {{.MemUsage}}";
        String[] shown = new String[1];
        Await.until(
                ContainerClient.DEADLINE,
                () -> {
                    List<String> stats = List.of("stats", "--no-stream", "--format", format);
                    shown[0] = client.call(stats).expect(0).stdout();
                    return shown[0].matches("measured 1 [1-9][0-9.]*[KM]iB / .*\n");
                },
                () -> "statistics: " + shown[0]);
        client.remove("measured");
    }
}
