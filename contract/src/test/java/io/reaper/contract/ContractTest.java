package io.reaper.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.LinuxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContractTest {

    private static final ExitRecord RECORD =
            new ExitRecord("c1", 42, 987654, 137, 9, Instant.parse("2026-01-02T03:04:05.678Z"));

    @Test
    void anExitRecordSurvivesTheDisk(@TempDir Path bundle) {
        assertTrue(ExitRecord.read(bundle).isEmpty());
        RECORD.write(bundle);
        assertEquals(Optional.of(RECORD), ExitRecord.read(bundle));
        assertTrue(RECORD.matches("c1", 42, 987654));
        assertFalse(RECORD.matches("c1", 42, 987655));
    }

    @Test
    void whatIsNoExitRecordIsNone(@TempDir Path bundle) throws Exception {
        for (String text :
                List.of("", "{", "[]", "null", "{\"id\":\"c1\"}", "{\"pid\":\"x\"}", "\u0000")) {
            Files.writeString(bundle.resolve(ExitRecord.FILE), text);
            assertTrue(ExitRecord.read(bundle).isEmpty(), text);
        }
        Files.delete(bundle.resolve(ExitRecord.FILE));
        Files.createSymbolicLink(bundle.resolve(ExitRecord.FILE), Path.of("/etc/passwd"));
        assertTrue(ExitRecord.read(bundle).isEmpty());
        RECORD.write(bundle);
        assertFalse(Files.isSymbolicLink(bundle.resolve(ExitRecord.FILE)));
        assertTrue(Files.readString(Path.of("/etc/passwd")).contains("root"));
    }

    @Test
    void aReservedRecordIsFilledInWhereItLies(@TempDir Path bundle) throws Exception {
        Path file = bundle.resolve(ExitRecord.FILE);
        Files.writeString(file, "of an earlier container");
        ExitRecord.reserve(bundle);
        Object place = inode(file);
        long size = Files.size(file);
        assertTrue(ExitRecord.read(bundle).isEmpty(), "reserved only");
        ExitRecord.removeStale(bundle);
        ExitRecord.reserve(bundle);
        assertEquals(place, inode(file), "a reservation is left alone");
        ExitRecord longest =
                new ExitRecord(
                        "x".repeat(1024), Integer.MAX_VALUE, Long.MAX_VALUE, 255, 64, Instant.MAX);
        for (ExitRecord record : List.of(longest, RECORD)) {
            record.write(bundle);
            assertEquals(Optional.of(record), ExitRecord.read(bundle));
            assertEquals(place, inode(file));
            assertEquals(size, Files.size(file));
        }
        ExitRecord.removeStale(bundle);
        assertFalse(Files.exists(file), "a record is not left alone");
    }

    private static Object inode(Path file) throws Exception {
        return Files.getAttribute(file, "unix:ino");
    }

    @Test
    void whatHasTheRecordsNameIsNotOpenedForEver(@TempDir Path bundle) {
        LinuxFiles.mkfifo(bundle.resolve(ExitRecord.FILE), 0600);
        assertTrue(ExitRecord.read(bundle).isEmpty());
        ExitRecord.reserve(bundle);
        RECORD.write(bundle);
        assertEquals(Optional.of(RECORD), ExitRecord.read(bundle));
    }

    @Test
    void anAtomicWriteThatFailsLeavesNothing(@TempDir Path directory) throws Exception {
        Path target = Files.createDirectory(directory.resolve("state.json"));
        byte[] text = {'1'};
        assertThrows(LinuxException.class, () -> AtomicFile.write(target, text, 0600));
        try (var entries = Files.list(directory)) {
            assertEquals(List.of(target), entries.toList());
        }
    }

    @Test
    void anAtomicWriteLeavesNothingBeside(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("state.json");
        Files.writeString(directory.resolve(".state.json.new"), "of a killed writer");
        AtomicFile.write(file, "one".getBytes(StandardCharsets.UTF_8), 0600);
        AtomicFile.write(file, new byte[0], 0600);
        assertEquals("", Files.readString(file));
        try (var entries = Files.list(directory)) {
            assertEquals(List.of(file), entries.toList());
        }
    }

    @Test
    void idsAreSafeFileNames() {
        for (String good : List.of("a", "A-b_c+d.e", "..a", "0", "x".repeat(1024))) {
            assertEquals(Path.of("/r").resolve(good), ContainerId.of(good).in(Path.of("/r")));
        }
        for (String bad :
                List.of("", ".", "..", "a/b", "../x", "a b", "ä", "a\n", "a\0", "x".repeat(1025))) {
            String message =
                    assertThrows(InvalidIdException.class, () -> ContainerId.of(bad), bad)
                            .getMessage();
            assertTrue(message.startsWith("invalid container id"), message);
            assertTrue(message.length() < 200 && message.lines().count() == 1, message);
        }
    }

    @Test
    void theEnvironmentWinsOverTheFile(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("reaper.conf");
        Files.writeString(
                file,
                "# node\nREAPER_RUNTIME_ROOT = /a\n\nREAPER_RUNTIME_PATH=/b\nREAPER_SHIM_LOG=\n");
        Settings settings =
                Settings.load(
                        Map.of("REAPER_CONFIG", file.toString(), "REAPER_RUNTIME_PATH", "/c"));
        assertEquals(Path.of("/a"), settings.runtimeRoot());
        assertEquals(Optional.of("/c"), settings.runtimePath());
        assertEquals(Optional.empty(), settings.shimLog());
        assertEquals(Isolation.HOST, settings.isolation());
    }

    @Test
    void isolationIsAWordOfOptionsEnvironmentOrFile(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("reaper.conf"), "REAPER_ISOLATION=oci\n");
        Map<String, String> fromFile = Map.of("REAPER_CONFIG", file.toString());
        assertEquals(Isolation.OCI, Settings.load(fromFile).isolation());
        Settings environment =
                Settings.load(Map.of("REAPER_CONFIG", file.toString(), "REAPER_ISOLATION", "host"));
        assertEquals(Isolation.HOST, environment.isolation());
        assertEquals(
                Isolation.OCI, environment.with(Map.of("REAPER_ISOLATION", "oci")).isolation());
        for (Isolation mode : Isolation.values()) {
            assertEquals(Optional.of(mode), Isolation.of(mode.word()));
        }
        assertEquals(Optional.empty(), Isolation.of("OCI"));
    }

    @Test
    void optionsWinOverTheEnvironment(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("reaper.conf"), "REAPER_SHIM_LOG=/file\n");
        Settings node =
                Settings.load(
                        Map.of(
                                "REAPER_CONFIG",
                                file.toString(),
                                "REAPER_RUNTIME_PATH",
                                "/environment",
                                "REAPER_RUNTIME_LOG",
                                "/environment"));
        Settings chosen =
                node.with(Map.of("REAPER_RUNTIME_PATH", "/first", "REAPER_SHIM_LOG", "/first"))
                        .with(Map.of("REAPER_RUNTIME_PATH", "/second"));
        assertEquals(Optional.of("/second"), chosen.runtimePath());
        assertEquals(Optional.of(Path.of("/first")), chosen.shimLog());
        assertEquals(Optional.of(Path.of("/environment")), chosen.runtimeLog());
        assertEquals(Optional.of("/environment"), node.runtimePath(), "as before");
        assertEquals(Path.of("/run/reaper"), Settings.defaults().runtimeRoot());
    }

    @Test
    void theTrimCanBeSwitchedOff() {
        assertFalse(Settings.load(Map.of()).runsNetworkHooks());
        assertTrue(Settings.load(Map.of("REAPER_HOST_HOOKS", "run")).runsNetworkHooks());
        Settings maybe = Settings.load(Map.of("REAPER_HOST_HOOKS", "yes"));
        assertEquals(
                "REAPER_HOST_HOOKS=yes: unknown value; there are refuse and run",
                assertThrows(SettingsException.class, maybe::runsNetworkHooks).getMessage());
        assertTrue(Settings.load(Map.of()).shimTrim());
        assertTrue(Settings.load(Map.of("REAPER_SHIM_TRIM", "on")).shimTrim());
        assertFalse(Settings.load(Map.of("REAPER_SHIM_TRIM", "off")).shimTrim());
        Settings unknown = Settings.load(Map.of("REAPER_SHIM_TRIM", "no"));
        assertTrue(
                assertThrows(SettingsException.class, unknown::shimTrim)
                        .getMessage()
                        .contains("REAPER_SHIM_TRIM=no"));
    }

    @Test
    void wrongSettingsAreNamed(@TempDir Path directory) throws Exception {
        Settings unknown = Settings.load(Map.of("REAPER_ISOLATION", "vm"));
        assertTrue(
                assertThrows(SettingsException.class, unknown::isolation)
                        .getMessage()
                        .contains("REAPER_ISOLATION=vm: unknown value; there are host and oci"));
        Path file = Files.writeString(directory.resolve("f"), "PATH=/x\n");
        assertTrue(
                assertThrows(
                                SettingsException.class,
                                () -> Settings.load(Map.of("REAPER_CONFIG", file.toString())))
                        .getMessage()
                        .contains(file + " line 1"));
        assertThrows(
                SettingsException.class,
                () -> Settings.load(Map.of("REAPER_CONFIG", directory + "/missing")));
    }

    @Test
    void valuesAreTakenAsTheyAre() {
        for (String value :
                List.of("/a b", " /x ", "${REAPER_SHIM_LOG}", "/a\\b,c", "%dev", "/ä")) {
            Settings settings = Settings.load(Map.of("REAPER_RUNTIME_PATH", value));
            assertEquals(Optional.of(value), settings.runtimePath());
            assertEquals(
                    Optional.of(value),
                    settings.with(Map.of("REAPER_SHIM_TRIM", "off")).runtimePath());
        }
        Map<String, String> otherNames =
                Map.of("reaper.runtime.path", "/a", "reaper_runtime_path", "/b", "PATH", "/c");
        assertEquals(Optional.empty(), Settings.load(otherNames).runtimePath());
        assertEquals(
                Optional.empty(), Settings.load(Map.of("REAPER_RUNTIME_LOG", "")).runtimeLog());
    }

    @Test
    void everySettingIsInTheTable() throws Exception {
        String page = Files.readString(Path.of("../docs/configuration.md"));
        for (String name : PreparedConfig.names().values()) {
            assertTrue(page.contains("| `" + name + "` |"), name);
        }
        assertEquals("REAPER_SHIM_LOG", PreparedConfig.names().get("reaper.shim.log"));
    }
}
