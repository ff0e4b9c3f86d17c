package io.reaper.k8s.install;

import static io.reaper.k8s.install.InstallConfigurationTest.assertSays;
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
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** install-node.sh beside a containerd that runs, and is restarted by it. */
@Tag("containerd")
final class InstallRunningTest {
    private static final List<String> ONE_RESTART = List.of("restart containerd");

    /** The configuration that it starts with makes the containerd end at once. */
    static final String ENDS_WITH_THE_HANDLER =
            "if grep -q reaper-v2 $config; then sleep 600 & echo $! >$root/containerd.pid; exit 0;"
                    + " fi";

    /** So it does, and nobody has to wait for it. */
    static final String ENDS_FOR_GOOD =
            "if grep -q reaper-v2 $config; then echo true >$root/hopeless; fi; "
                    + ENDS_WITH_THE_HANDLER;

    /** With the handler CRI is missing. */
    private static final String LOSES_CRI =
            "if grep -q reaper-v2 $config; then echo $programs/ctr -a $root/containerd.sock plugins"
                    + " ls >$root/hopeless; { echo 'required_plugins = []'; sed"
                    + " 's/^disabled_plugins = ./&\"io.containerd.grpc.v1.cri\", /' $config; }"
                    + " >$root/etc/bad; config=$root/etc/bad; fi";

    @BeforeEach
    void root() {
        Root.assume();
    }

    private static Systemd running(
            InstallerNode node, ContainerdRelease release, String beforeStart) throws IOException {
        int version = release == ContainerdRelease.V2 ? 3 : 2;
        Files.writeString(node.configuration(), Systemd.configuration(node, version));
        Systemd systemd =
                new Systemd(node, node.containerd().getParent(), node.configuration(), beforeStart);
        systemd.boot();
        return systemd;
    }

    @ParameterizedTest
    @EnumSource
    void restartsOnceAndCriIsBack(ContainerdRelease release) throws IOException {
        try (InstallerNode node = new InstallerNode(release)) {
            Systemd systemd = running(node, release, "");
            String before = Files.readString(node.configuration());

            String dry = systemd.install("--dry-run").expect(0).stdout();
            assertSays("would run: systemctl restart containerd", dry);
            assertEquals(List.of(), systemd.restarts());

            assertSays("containerd is back", systemd.install().expect(0).stdout());
            assertEquals(ONE_RESTART, systemd.restarts());
            assertFalse(ConfigurationDump.of(node.dump()).handler("reaper-v2").isEmpty());
            assertFalse(systemd.cri().isEmpty());
            assertTrue(systemd.cri().stream().allMatch(line -> line.endsWith("ok")));

            assertSays("nothing to do", systemd.install().expect(0).stdout());
            assertEquals(ONE_RESTART, systemd.restarts());

            // a new program alone needs no restart
            node.executable("programs/reaper-runtime", "echo 2");
            assertSays("installed", systemd.install().expect(0).stdout());
            assertEquals(ONE_RESTART, systemd.restarts());

            systemd.install("--uninstall").expect(0);
            assertEquals(2, systemd.restarts().size());
            assertEquals(before, Files.readString(node.configuration()));
            assertTrue(systemd.cri().stream().allMatch(line -> line.endsWith("ok")));
        }
    }

    /** Whose command fails, what it was to bring to life is taken back. */
    @Test
    void restartsAsItIsTold() throws IOException {
        try (InstallerNode node = new InstallerNode(ContainerdRelease.V1_6)) {
            Systemd systemd = running(node, ContainerdRelease.V1_6, "");
            var before = node.files();
            Job.Result result = systemd.install("--restart-command", "echo told; exit 3");
            assertEquals(1, result.exitCode(), result::toString);
            assertSays("this failed: echo told; exit 3", result.stderr());
            assertEquals(before, node.files());

            String command = "echo told && systemctl restart containerd";
            assertSays("told\n", systemd.install("--restart-command", command).expect(0).stdout());
            assertEquals(ONE_RESTART, systemd.restarts());
            assertSays("nothing to do", systemd.install().expect(0).stdout());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V1_6", "V2"})
    void goesBackWhenContainerdDoesNotComeBack(ContainerdRelease release) throws IOException {
        goesBack(release, ENDS_FOR_GOOD);
    }

    @ParameterizedTest
    @EnumSource(names = {"V1_6", "V2"})
    void goesBackWhenCriIsLost(ContainerdRelease release) throws IOException {
        goesBack(release, LOSES_CRI);
    }

    private static void goesBack(ContainerdRelease release, String beforeStart) throws IOException {
        try (InstallerNode node = new InstallerNode(release)) {
            Systemd systemd = running(node, release, beforeStart);
            var before = node.files();
            Job.Result result = systemd.install("--wait", "300");
            assertEquals(1, result.exitCode(), result::toString);
            assertSays("300 s after the restart", result.stderr());
            assertSays("everything is as it was", result.stderr());
            assertEquals(2, systemd.restarts().size());
            assertTrue(systemd.cri().stream().allMatch(line -> line.endsWith("ok")));
            node.root().resolve("etc/bad").toFile().delete();
            assertEquals(before, node.files());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V1_6", "V2"})
    void goesBackWhenItIsInterrupted(ContainerdRelease release) throws IOException {
        try (InstallerNode node = new InstallerNode(release)) {
            Systemd systemd = running(node, release, ENDS_WITH_THE_HANDLER);
            var before = node.files();
            Job installer = systemd.start();
            awaitRestart(systemd, installer);
            node.node().signal(installer.pid().orElseThrow(), "TERM");
            Job.Result result = installer.await(InstallerNode.DEADLINE);
            assertEquals(143, result.exitCode(), result::toString);
            assertEquals(before, node.files());
            assertTrue(systemd.cri().stream().allMatch(line -> line.endsWith("ok")));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V1_6", "V2"})
    void theNextRunMakesUpForARestartThatWasMissed(ContainerdRelease release) throws IOException {
        try (InstallerNode node = new InstallerNode(release)) {
            Systemd systemd = running(node, release, "");
            Files.createFile(node.root().resolve("hang"));
            Job installer = systemd.start();
            awaitRestart(systemd, installer);
            installer.kill();
            assertNotEquals(0, installer.await(InstallerNode.DEADLINE).exitCode());
            Files.delete(node.root().resolve("hang"));
            Files.delete(node.root().resolve("restarts"));

            assertSays("before containerd was restarted", systemd.install().expect(0).stdout());
            assertEquals(ONE_RESTART, systemd.restarts());
            assertSays("nothing to do", systemd.install().expect(0).stdout());
        }
    }

    private static void awaitRestart(Systemd systemd, Job installer) {
        Await.until(
                InstallerNode.DEADLINE,
                () -> {
                    try {
                        return !systemd.restarts().isEmpty();
                    } catch (IOException e) {
                        return false;
                    }
                },
                () -> "a restart: " + installer.stdout() + installer.stderr());
    }

    @ParameterizedTest
    @EnumSource(names = {"V1_6", "V2"})
    void takesADropInWhereContainerdMerges(ContainerdRelease release) throws IOException {
        try (InstallerNode node = new InstallerNode(release)) {
            Systemd systemd = running(node, release, "");
            String directory = node.root().resolve("etc/conf.d").toString();
            String main =
                    Files.readString(node.configuration())
                            .replaceFirst("\n", "\nimports = [\"" + directory + "/*.toml\"]\n");
            Files.writeString(node.configuration(), main);
            systemd.install().expect(0);
            boolean dropIn = release == ContainerdRelease.V2;
            assertEquals(dropIn, Files.exists(node.root().resolve("etc/conf.d/reaper-v2.toml")));
            assertEquals(dropIn, Files.readString(node.configuration()).equals(main));
            assertFalse(ConfigurationDump.of(node.dump()).handler("reaper-v2").isEmpty());
            assertFalse(ConfigurationDump.of(node.dump()).handler("runc").isEmpty());
            assertSays("nothing to do", systemd.install().expect(0).stdout());

            systemd.install("--uninstall").expect(0);
            assertFalse(Files.exists(node.root().resolve("etc/conf.d/reaper-v2.toml")));
            assertEquals(main, Files.readString(node.configuration()));
            assertTrue(ConfigurationDump.of(node.dump()).handler("reaper-v2").isEmpty());
        }
    }
}
