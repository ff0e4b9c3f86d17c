package io.reaper.k8s.install;

import static io.reaper.k8s.install.InstallConfigurationTest.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import io.reaper.testing.Root;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * install-node.sh where k3s makes containerd's configuration anew at each start: a stand-in for k3s
 * does that to a real containerd.
 */
@Tag("containerd")
final class InstallK3sTest {
    private static final List<String> ONE_RESTART = List.of("restart k3s-agent");

    @BeforeEach
    void root() {
        Root.assume();
    }

    /** The k3s of a node: its directory of configurations, and how it is restarted. */
    private record K3s(InstallerNode node, Systemd systemd, Path etc) {
        static K3s running(InstallerNode node, ContainerdRelease release, boolean importing)
                throws IOException {
            Path data = node.root().resolve("etc/k3s");
            Path etc = Files.createDirectories(data.resolve("agent/etc/containerd"));
            Path bin = Files.createDirectories(data.resolve("data/current/bin"));
            for (String program : List.of("containerd", "ctr")) {
                Files.createSymbolicLink(
                        bin.resolve(program), node.containerd().resolveSibling(program));
            }
            int version = release == ContainerdRelease.V2 ? 3 : 2;
            String base = Systemd.configuration(node, version);
            if (importing) {
                String imports = "imports = [\"" + etc + "/config-v3.toml.d/*.toml\"]\n";
                base = base.replaceFirst("\n", "\n" + imports);
            }
            Files.writeString(etc.resolve("base"), base);
            String template =
                    etc.resolve(version == 3 ? "config-v3.toml.tmpl" : "config.toml.tmpl")
                            .toString();
            String render =
                    "if [ -e %1$s ]; then awk -v base=%2$s/base '/template \"base\"/ { while ((getline line <base) > 0) print line; next } { print }' %1$s >$config; else cat %2$s/base >$config; fi"
                            .formatted(template, etc);
            Systemd systemd = new Systemd(node, bin, etc.resolve("config.toml"), render);
            systemd.boot();
            return new K3s(node, systemd, etc);
        }

        Job.Result install(String... options) {
            List<String> all = new ArrayList<>(List.of("--config", etc + "/config.toml"));
            all.addAll(List.of(options));
            return systemd.install(all.toArray(String[]::new));
        }

        ConfigurationDump dump() {
            String containerd = node.containerd().toString();
            String config = etc.resolve("config.toml").toString();
            return ConfigurationDump.of(
                    node.node()
                            .run(containerd, "--config", config, "config", "dump")
                            .expect(0)
                            .stdout());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V1_7", "V2"})
    void writesATemplate(ContainerdRelease release) throws IOException {
        try (InstallerNode node = new InstallerNode(release)) {
            K3s k3s = K3s.running(node, release, false);
            var before = k3s.dump();
            Path template =
                    k3s.etc.resolve(
                            release == ContainerdRelease.V2
                                    ? "config-v3.toml.tmpl"
                                    : "config.toml.tmpl");
            assertSays(
                    "would run: systemctl restart k3s-agent",
                    k3s.install("--dry-run").expect(0).stdout());
            assertFalse(Files.exists(template));

            k3s.install().expect(0);
            assertEquals(ONE_RESTART, k3s.systemd.restarts());
            assertEquals("{{ template \"base\" . }}", Files.readAllLines(template).getFirst());
            assertFalse(k3s.dump().handler("reaper-v2").isEmpty());
            assertEquals(before.without("reaper-v2"), k3s.dump().without("reaper-v2"));
            assertSays("nothing to do", k3s.install().expect(0).stdout());
            assertEquals(ONE_RESTART, k3s.systemd.restarts());

            k3s.install("--uninstall").expect(0);
            assertFalse(Files.exists(template));
            assertEquals(before, k3s.dump());
        }
    }

    @Test
    void addsToATemplateThatIsThere() throws IOException {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V2)) {
            K3s k3s = K3s.running(node, ContainerdRelease.V2, false);
            Path template = k3s.etc.resolve("config-v3.toml.tmpl");
            String own =
                    """
                    {{ template "base" . }}
                    [proxy_plugins.x]
                      type = 'snapshot'
                      address = '/x'
                    """;
            Files.writeString(template, own);
            k3s.install().expect(0);
            assertTrue(Files.readString(template).startsWith(own));
            assertFalse(k3s.dump().handler("reaper-v2").isEmpty());
            assertSays("nothing to do", k3s.install().expect(0).stdout());
            k3s.install("--uninstall").expect(0);
            assertEquals(own, Files.readString(template));
        }
    }

    @Test
    void takesTheDropInThatTheGeneratedFileImports() throws IOException {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V2)) {
            K3s k3s = K3s.running(node, ContainerdRelease.V2, true);
            k3s.install().expect(0);
            Path dropIn = k3s.etc.resolve("config-v3.toml.d/reaper-v2.toml");
            assertTrue(Files.exists(dropIn));
            assertFalse(Files.exists(k3s.etc.resolve("config-v3.toml.tmpl")));
            assertFalse(k3s.dump().handler("reaper-v2").isEmpty());
            assertSays("nothing to do", k3s.install().expect(0).stdout());
            k3s.install("--uninstall").expect(0);
            assertFalse(Files.exists(dropIn));
            assertTrue(k3s.dump().handler("reaper-v2").isEmpty());
        }
    }

    /** A template that leaves out the base does not lead to the handler where it should. */
    @Test
    void goesBackWhenTheTemplateIsNotUsed() throws IOException {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V2)) {
            K3s k3s = K3s.running(node, ContainerdRelease.V2, false);
            // this k3s reads another one
            Path systemctl = node.root().resolve("bin/systemctl");
            String text = Files.readString(systemctl);
            Files.writeString(
                    systemctl, text.replace("config-v3.toml.tmpl", "config-v9.toml.tmpl"));
            var before = node.files();
            Job.Result result = k3s.install().expect(1);
            assertSays("is not in " + k3s.etc + "/config.toml after the restart", result.stderr());
            assertEquals(before, node.files());
            assertEquals(2, k3s.systemd.restarts().size());
        }
    }
}
