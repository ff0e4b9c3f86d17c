package io.reaper.k8s.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Root;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What install-node.sh does to configurations that it can work with, and how it takes it back. */
@Tag("containerd")
final class InstallConfigurationTest {
    private static final String HANDLER = "reaper-v2";

    @BeforeEach
    void root() {
        Root.assume();
    }

    @TestFactory
    Stream<DynamicTest> addsTheHandlerAndNothingElse() {
        return Stream.of(ContainerdRelease.values())
                .flatMap(
                        release ->
                                Stream.concat(
                                                Stream.of(ofDefaults(release)),
                                                Samples.of(release).stream())
                                        .map(
                                                sample ->
                                                        DynamicTest.dynamicTest(
                                                                release + ": " + sample,
                                                                () -> check(release, sample))));
    }

    private static Samples.Sample ofDefaults(ContainerdRelease release) {
        try (InstallerNode node = new InstallerNode(release)) {
            return new Samples.Sample("what config default prints", node.defaults());
        }
    }

    private static void check(ContainerdRelease release, Samples.Sample sample) throws IOException {
        // busybox and dash in turn: the text of a sample decides
        InstallerNode.Shell shell =
                sample.name().hashCode() % 2 == 0
                        ? InstallerNode.Shell.DASH
                        : InstallerNode.Shell.BUSYBOX;
        try (InstallerNode node = new InstallerNode(release, shell)) {
            Files.writeString(node.configuration(), sample.text());
            ConfigurationDump before = ConfigurationDump.of(node.dump());
            SortedMap<String, String> files = node.files();

            assertSays("would change", node.install("--dry-run").expect(0).stdout());
            assertEquals(files, node.files(), "a dry run changes nothing");

            assertSays("install-node: installed\n", node.install().expect(0).stdout());
            ConfigurationDump after = ConfigurationDump.of(node.dump());
            assertTrue(
                    after.handler(HANDLER).contains("runtime_type = \"io.containerd.reaper.v2\""));
            assertTrue(after.handler(HANDLER).contains("pod_annotations = [\"reaper.runtime/*\"]"));
            assertFalse(after.handler("runc").isEmpty(), "runc is still there");
            assertEquals(before.without(HANDLER), after.without(HANDLER));

            SortedMap<String, String> installed = node.files();
            assertSays("nothing to do", node.install().expect(0).stdout());
            assertEquals(installed, node.files(), "a second run changes nothing");

            assertSays("uninstalled", node.install("--uninstall").expect(0).stdout());
            assertEquals(sample.text(), Files.readString(node.configuration()));
            assertEquals(
                    files.keySet(),
                    node.files().keySet().stream()
                            .filter(name -> !name.equals("usr") && !name.equals("usr/bin"))
                            .collect(Collectors.toSet()));
            assertSays("nothing to do", node.install("--uninstall").expect(0).stdout());
        }
    }

    @ParameterizedTest
    @EnumSource
    void makesAConfigurationWhereThereIsNone(ContainerdRelease release) throws IOException {
        try (InstallerNode node = new InstallerNode(release)) {
            ConfigurationDump defaults = ConfigurationDump.of(node.defaults());
            SortedMap<String, String> files = node.files();
            node.install("--dry-run").expect(0);
            assertEquals(files, node.files(), "a dry run changes nothing");

            node.install().expect(0);
            ConfigurationDump after = ConfigurationDump.of(node.dump());
            assertFalse(after.handler(HANDLER).isEmpty());
            assertEquals(defaults.without(HANDLER), after.without(HANDLER));
            assertSays("nothing to do", node.install().expect(0).stdout());

            node.install("--uninstall").expect(0);
            assertFalse(Files.exists(node.configuration()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsModeAndALinkOfTheFile(ContainerdRelease release) throws IOException {
        try (InstallerNode node = new InstallerNode(release)) {
            Path real = node.root().resolve("etc/real.toml");
            Files.writeString(real, Samples.kubeadm().text());
            node.node().run("chmod", "0640", real.toString()).expect(0);
            node.node().run("chown", "7:8", real.toString()).expect(0);
            Files.createSymbolicLink(node.configuration(), real);

            node.install().expect(0);
            assertTrue(Files.isSymbolicLink(node.configuration()));
            assertTrue(Files.readString(real).contains(".runtimes.reaper-v2]"));
            assertEquals(
                    "640 7 8\n",
                    node.node().run("stat", "-c", "%a %u %g", real.toString()).stdout());
            Path backup = node.root().resolve("etc/real.toml.before-reaper");
            assertEquals(Samples.kubeadm().text(), Files.readString(backup));
        }
    }

    @ParameterizedTest
    @EnumSource
    void leavesAloneATableThatIsThereInWhateverSpelling(ContainerdRelease release)
            throws IOException {
        String cri = "io.containerd.grpc.v1.cri";
        for (String head :
                new String[] {
                    "[plugins.'%s'.containerd.runtimes.reaper-v2]\n",
                    "[plugins.\"%s\".containerd.runtimes.\"reaper-v2\"]\n",
                    "[ plugins . \"%s\" . containerd . runtimes . 'reaper-v2' ]\n",
                    "plugins.\"%s\".containerd.runtimes.reaper-v2.",
                    "[plugins.\"%s\".containerd.runtimes]\nreaper-v2.",
                }) {
            try (InstallerNode node = new InstallerNode(release)) {
                String text =
                        "version = 2\n"
                                + head.formatted(cri)
                                + "runtime_type = \"io.containerd.reaper.v2\"\n";
                Files.writeString(node.configuration(), text);
                assertSays("configuration already", node.install().expect(0).stdout());
                assertEquals(text, Files.readString(node.configuration()));
                node.install("--uninstall").expect(0);
                assertEquals(text, Files.readString(node.configuration()));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void twoHandlersBesideEachOther(ContainerdRelease release) throws IOException {
        try (InstallerNode node = new InstallerNode(release)) {
            Files.writeString(node.configuration(), Samples.kubeadm().text());
            node.install().expect(0);
            node.install("--handler", "reaper").expect(0);
            ConfigurationDump both = ConfigurationDump.of(node.dump());
            assertFalse(both.handler(HANDLER).isEmpty());
            assertFalse(both.handler("reaper").isEmpty());
            node.install("--uninstall").expect(0);
            node.install("--handler", "reaper", "--uninstall").expect(0);
            assertEquals(Samples.kubeadm().text(), Files.readString(node.configuration()));
        }
    }

    static void assertSays(String expected, String output) {
        assertTrue(output.contains(expected), () -> "'" + expected + "' in: " + output);
    }
}
