package io.reaper.shim.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Job;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What podman does by any runtime. */
abstract class PodmanScenarios extends ClientScenarios {
    private final String runtime;

    PodmanScenarios(String runtime) {
        this.runtime = runtime;
    }

    @Override
    ContainerClient connect() {
        return new PodmanClient(runtime);
    }

    @Override
    List<String> life() {
        return List.of("create", "init", "start", "died", "remove");
    }

    @Test
    void infoNamesTheRuntime() {
        String format = "{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Version}}";
        Job.Result result = client.call("info", "--format", format).expect(0);
        String[] words = result.stdout().split("\\s+", -1);
        assertEquals(runtime, words[0], result::toString);
        assertEquals(runtime, words[1], result::toString);
        assertEquals("version", words[2], result::toString);
        assertTrue(result.stdout().contains("spec: 1."), result::toString);
    }

    /** podman's timer for it is a systemd unit; asked for, it is an exec. */
    @Test
    void aHealthCheckIsAnExec() {
        detach(
                "healthy",
                "exec sleep 1000",
                "--health-interval",
                "disable",
                "--health-cmd",
                "true");
        assertEquals("", client.call("healthcheck", "run", "healthy").expect(0).stdout());
        client.remove("healthy");
    }
}
