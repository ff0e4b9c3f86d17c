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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pods of a handler that has a table of options in containerd's configuration. */
@Tag("containerd")
final class HandlerOptionsTest {

    @BeforeEach
    void root() {
        Root.assume();
    }

    /** The file of options that a handler names, which every version gives to the shim. */
    @ParameterizedTest
    @EnumSource(names = {"V1_6", "V2"})
    void aFileOfOptions(ContainerdRelease release) throws IOException {
        try (CriCluster cluster = CriCluster.start(release)) {
            Path root = cluster.node().directory().resolve("options-root");
            Path file = cluster.node().directory().resolve("handler.conf");
            setOptions(cluster.node(), "ConfigPath = \"" + file + "\"");
            Files.writeString(file, "REAPER_RUNTIME_ROOT=\"" + root + "\"\n");
            assertContainersAreIn(cluster, root);
            Files.writeString(file, "REAPER_ROOT=/x\n");
            assertRefused(cluster, file + " line 1: unknown key \"REAPER_ROOT\"");
        }
    }

    /** The table itself, as containerd writes it anew; runc's keys in it are passed over. */
    @Test
    void aTableOfOptions() throws IOException {
        try (CriCluster cluster = CriCluster.start(ContainerdRelease.V2)) {
            Path root = cluster.node().directory().resolve("options-root");
            setOptions(
                    cluster.node(), "SystemdCgroup = true\nREAPER_RUNTIME_ROOT = \"" + root + "\"");
            assertContainersAreIn(cluster, root);
            setOptions(cluster.node(), "REAPER_ISOLATION = \"vm\"");
            assertRefused(cluster, "REAPER_ISOLATION=vm: unknown value");
        }
    }

    /** In place of those that it has, behind the handler's own keys. */
    private static void setOptions(CriNode node, String options) throws IOException {
        Path config = node.directory().resolve("config.toml");
        String text = Files.readString(config);
        int name = text.indexOf("runtimes.reaper-v2]");
        assertTrue(name > 0, text);
        int table = text.lastIndexOf('[', name);
        String header = text.substring(table, name) + "runtimes.reaper-v2.options]\n";
        int old = text.indexOf(header);
        String before = old < 0 ? text : text.substring(0, old);
        Files.writeString(config, before + "\n" + header + options + "\n");
        node.restartContainerd();
    }

    private static void assertContainersAreIn(CriCluster cluster, Path root) {
        PodSpec spec =
                PodSpec.of("chosen", ContainerSpec.script("main", "ls " + root + " | wc -l"));
        try (Pod pod = cluster.run(spec)) {
            Await.until(
                    CriNode.DEADLINE,
                    () -> pod.status("main").hasEnded(),
                    () -> "the end of " + pod.status("main"));
            assertEquals("2", pod.logs("main").strip(), "the sandbox and the container");
        }
    }

    private static void assertRefused(CriCluster cluster, String reason) {
        PodSpec spec = PodSpec.of("refused", ContainerSpec.script("main", "true"));
        PodException refusal = assertThrows(PodException.class, () -> cluster.run(spec));
        assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
    }
}
