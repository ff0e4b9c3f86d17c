package io.reaper.k8s.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.Await;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import io.reaper.testing.Root;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What install-node.sh does not do, and that it leaves everything as it was then. */
@Tag("containerd")
final class InstallRefusalsTest {
    @BeforeEach
    void root() {
        Root.assume();
    }

    private static void refuses(InstallerNode node, String why, String... options) {
        SortedMap<String, String> before = node.files();
        Job.Result result = node.install(options).expect(1);
        assertTrue(result.stderr().contains(why), result::toString);
        assertEquals(before, node.files());
    }

    private static void refuses(ContainerdRelease release, String text, String why)
            throws IOException {
        try (InstallerNode node = new InstallerNode(release)) {
            Files.writeString(node.configuration(), text);
            refuses(node, why);
            refuses(node, why, "--dry-run");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFileWithoutAVersion(ContainerdRelease release) throws IOException {
        refuses(release, "[plugins.cri]\n", "no 'version = 2' before its first table");
        refuses(release, "version = 1\n[plugins.cri]\n", "config default >");
        refuses(release, "", "version 1 file");
    }

    @ParameterizedTest
    @EnumSource
    void criTurnedOff(ContainerdRelease release) throws IOException {
        refuses(release, "disabled_plugins = [\"cri\"]\n#root = \"/x\"\n", "turns CRI off");
        refuses(
                release,
                "version = 2\ndisabled_plugins = [\n  'x',\n  'io.containerd.grpc.v1.cri'\n]\n",
                "turns CRI off");
    }

    @ParameterizedTest
    @EnumSource
    void brokenOrUnknownFiles(ContainerdRelease release) throws IOException {
        refuses(release, "version = 2\n[plugins\n", "is not accepted as it is");
        refuses(release, "version = 9\n", "a newer install-node.sh is needed");
        refuses(
                release,
                Samples.kubeadm().text()
                        + "# BEGIN reaper handler reaper-v2 (cut)\n[plugins.\"x\"]\n",
                "has no end");
        refuses(
                release,
                """
                version = 2
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.reaper-v2]
                  runtime_type = "io.containerd.other.v1"
                """,
                "with runtime_type io.containerd.other.v1");
    }

    @Test
    void version3WithContainerd1() throws IOException {
        for (var release : List.of(ContainerdRelease.V1_6, ContainerdRelease.V1_7)) {
            refuses(release, "version = 3\n", "ignores the CRI tables");
        }
    }

    @Test
    void tablesOfAnotherVersionInTheFile() throws IOException {
        refuses(
                ContainerdRelease.V2,
                """
                version = 2
                [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
                  runtime_type = "io.containerd.runc.v2"
                """,
                "does not show in 'containerd config dump'");
    }

    @ParameterizedTest
    @CsvSource({
        "--prefix, relative, absolute",
        "--prefix, '/a b', letters",
        "--prefix, '/a''b', letters",
        "--handler, ../x, lower case",
        "--handler, 'a]b', lower case",
        "--handler, runc, own",
        "--nonsense, x, unknown argument",
        "--config, '', needs a value"
    })
    void arguments(String option, String value, String why) {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V1_6)) {
            refuses(node, why, option, value);
        }
    }

    @Test
    void notRoot() {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V1_6)) {
            // read by root's shell: another user may not look into every directory above it
            String line = "setpriv --reuid=65534 --clear-groups sh -s <" + InstallerNode.SCRIPT;
            String text = node.node().run("sh", "-c", line).expect(1).stderr();
            assertEquals(1, text.lines().count(), text);
            assertTrue(text.contains("must be run as root"), text);
        }
    }

    @ParameterizedTest
    @CsvSource({"reaper-runtime", "containerd-shim-reaper-v2"})
    void aProgramThatDoesNotRunHere(String program) throws IOException {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V1_6)) {
            Files.writeString(node.configuration(), Samples.kubeadm().text());
            node.executable("programs/" + program, "echo GLIBC_2.99 not found >&2; exit 1");
            refuses(node, "does not run here");
            Files.delete(node.root().resolve("programs/" + program));
            refuses(node, "no " + program + " in ");
        }
    }

    @Test
    void runsAProgramWhoseModeWasLostOnTheWay() throws IOException {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V1_6)) {
            Path program = node.root().resolve("programs/reaper-runtime");
            node.node().run("chmod", "0644", program.toString()).expect(0);
            node.install().expect(0);
            assertTrue(Files.isExecutable(node.prefix().resolve("bin/reaper-runtime")));
        }
    }

    /** A disk that is full, in the middle of the programs. */
    @Test
    void noSpaceForTheSecondProgram() throws IOException {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V1_6)) {
            Files.writeString(node.configuration(), Samples.kubeadm().text());
            Files.createDirectory(node.prefix());
            node.executable("programs/containerd-shim-reaper-v2", "exit 0\n" + "#".repeat(900_000));
            node.node()
                    .run(
                            "mount",
                            "-t",
                            "tmpfs",
                            "-o",
                            "size=512k",
                            "tmpfs",
                            node.prefix().toString())
                    .expect(0);
            Job.Result result = node.install();
            assertNotEquals(0, result.exitCode());
            assertTrue(result.stderr().contains("everything is as it was"), result::toString);
            assertEquals("", node.node().run("ls", "-A", node.prefix().toString()).stdout());
            assertEquals(Samples.kubeadm().text(), Files.readString(node.configuration()));
            assertFalse(Files.exists(node.root().resolve("reaper")));
        }
    }

    @Test
    void uninstallWhileAShimRuns() throws IOException {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V1_6)) {
            Files.writeString(node.configuration(), Samples.kubeadm().text());
            node.install().expect(0);
            // a shim for this test: what counts is the executable
            Path shim = node.prefix().resolve("bin/containerd-shim-reaper-v2");
            Files.delete(shim);
            Files.copy(Path.of("/bin/sleep").toRealPath(), shim);
            Job running = node.node().start(List.of(shim.toString(), "600"), Map.of());
            Await.until(
                    InstallerNode.DEADLINE,
                    () ->
                            node.node().processes().stream()
                                    .anyMatch(p -> p.command().startsWith(shim.toString())),
                    running::stderr);
            refuses(node, "containers of Reaper run", "--uninstall");
            node.install("--uninstall", "--force").expect(0);
            running.kill();
            running.await(InstallerNode.DEADLINE);
            assertFalse(Files.exists(shim));
        }
    }

    @Test
    void leavesSettingsThatWereChanged() throws IOException {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V1_6)) {
            Path settings = node.root().resolve("reaper/reaper.conf");
            Files.createDirectory(settings.getParent());
            Files.writeString(settings, "REAPER_ISOLATION=host\nREAPER_SHIM_TRIM=off\n");
            String output = node.install().expect(0).stdout();
            InstallConfigurationTest.assertSays("does not say REAPER_RUNTIME_PATH=", output);
            node.install("--uninstall").expect(0);
            assertTrue(Files.readString(settings).endsWith("TRIM=off\n"));
        }
    }
}
