package io.reaper.k8s.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.k8s.ContainerSpec;
import io.reaper.k8s.Pod;
import io.reaper.k8s.PodException;
import io.reaper.k8s.PodSpec;
import io.reaper.testing.Await;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Root;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pods on a node whose handler scripts/install-node.sh has put into the configuration. */
@Tag("containerd")
final class InstalledPodTest {
    private static final PodSpec SPEC =
            PodSpec.of("installed", ContainerSpec.script("main", "echo hello"));

    @BeforeEach
    void root() {
        Root.assume();
    }

    @ParameterizedTest
    @EnumSource(names = {"V1_6", "V2"})
    void runOnceTheScriptHasBeenThere(ContainerdRelease release) throws IOException {
        try (CriCluster cluster = CriCluster.start(release)) {
            CriNode node = cluster.node();
            Path config = node.directory().resolve("config.toml");
            String text = Files.readString(config);
            String without =
                    text.substring(0, text.lastIndexOf('[', text.indexOf("runtimes.reaper-v2]")));
            Files.writeString(config, without);
            node.restartContainerd();
            assertThrows(PodException.class, () -> cluster.run(SPEC));

            install(node, release);
            node.restartContainerd();
            try (Pod pod = cluster.run(SPEC)) {
                Await.until(
                        CriNode.DEADLINE,
                        () -> pod.status("main").hasEnded(),
                        () -> "the end of " + pod.status("main"));
                assertEquals("hello\n", pod.logs("main"));
            }

            install(node, release, "--uninstall");
            assertEquals(without, Files.readString(config));
            node.restartContainerd();
            assertThrows(PodException.class, () -> cluster.run(SPEC));
        }
    }

    private static void install(CriNode node, ContainerdRelease release, String... options) {
        String directory = node.directory().toString();
        String script =
                Path.of("../scripts/install-node.sh").toAbsolutePath().normalize().toString();
        List<String> line = new ArrayList<>(List.of("/bin/sh", script, "--no-restart"));
        line.addAll(List.of("--programs", node.programs(), "--prefix", directory + "/installed"));
        line.addAll(List.of("--config", directory + "/config.toml"));
        line.addAll(List.of("--settings", directory + "/reaper.conf"));
        line.addAll(List.of("--containerd", release.binaries().resolve("containerd").toString()));
        line.addAll(List.of(options));
        String said = node.run(line.toArray(String[]::new)).expect(0).stdout();
        assertTrue(said.contains("installed"), said);
    }
}
