package io.reaper.shim.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Await;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What Docker does by any shim. */
abstract class DockerScenarios extends ClientScenarios {
    private final String runtime;

    DockerScenarios(String runtime) {
        this.runtime = runtime;
    }

    @Override
    ContainerClient connect() {
        return new DockerClient(runtime);
    }

    @Override
    List<String> life() {
        return List.of("create", "start", "die", "destroy");
    }

    @Test
    void infoNamesTheRuntime() {
        String runtimes = client.call("info", "--format", "{{.Runtimes}}").expect(0).stdout();
        assertTrue(runtimes.contains(runtime + ":"), runtimes);
    }

    /** The daemon starts a container again that has ended, as often as it is told to. */
    @Test
    void theRestartPolicyIsKept() {
        detach("again", "exit 4", "--restart", "on-failure:2");
        String format = "{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}}";
        Await.until(
                ContainerClient.DEADLINE,
                () -> client.inspect("again", format).equals("exited 2 4"),
                () -> "restarted: " + client.inspect("again", format));
        client.call("rm", "again").expect(0);
    }

    @Test
    void topShowsTheContainersProcesses() {
        detach("top", "sleep 1000 & echo ready; wait");
        client.awaitLogs("top", "ready");
        String pid = client.inspect("top", "{{.State.Pid}}");
        List<String> rows =
                client.call("top", "top", "-o", "pid,args").expect(0).stdout().lines().toList();
        assertTrue(
                rows.stream().anyMatch(row -> row.strip().startsWith(pid + " ")), rows::toString);
        client.remove("top");
    }

    /** The daemon's own timer, by execs. */
    @Test
    void healthChecksAreExecs() {
        detach("healthy", "exec sleep 1000", "--health-interval", "1s", "--health-cmd", "true");
        Await.until(
                ContainerClient.DEADLINE,
                () -> client.inspect("healthy", "{{.State.Health.Status}}").equals("healthy"),
                () -> "healthy: " + client.inspect("healthy", "{{json .State.Health}}"));
        assertEquals("running", client.inspect("healthy", "{{.State.Status}}"));
        client.remove("healthy");
    }
}
