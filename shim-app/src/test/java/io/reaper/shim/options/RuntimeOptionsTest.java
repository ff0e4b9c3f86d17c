package io.reaper.shim.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.proto.runtimeoptions.Options;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.log.ShimLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuntimeOptionsTest {

    @TempDir private Path directory;

    private static Any any(Options options) {
        return Any.newBuilder()
                .setTypeUrl("runtimeoptions.v1.Options")
                .setValue(options.toByteString())
                .build();
    }

    private static Any body(String toml) {
        return any(Options.newBuilder().setConfigBody(ByteString.copyFromUtf8(toml)).build());
    }

    private static Any path(Object path) {
        return any(Options.newBuilder().setConfigPath(path.toString()).build());
    }

    private Path file(String text) throws Exception {
        return Files.writeString(directory.resolve("options.conf"), text);
    }

    private static String refusal(Any options) {
        ShimException failure = assertThrows(ShimException.class, () -> RuntimeOptions.of(options));
        assertEquals(ShimException.Kind.INVALID_ARGUMENT, failure.kind());
        assertEquals(1, failure.getMessage().lines().count(), failure.getMessage());
        assertTrue(failure.getMessage().length() < 500, failure.getMessage());
        assertTrue(failure.getMessage().startsWith("runtime options: "), failure.getMessage());
        return failure.getMessage().substring("runtime options: ".length());
    }

    @Test
    void aTableAsContainerdWritesIt() {
        RuntimeOptions options =
                RuntimeOptions.of(
                        body(
                                """
                                # of the handler
                                BinaryName = ''
                                ConfigPath = ""
                                REAPER_HOST_HOOKS = 'run'  # all of them
                                REAPER_ISOLATION = "host"

                                "REAPER_RUNTIME_LOG" = "/var/log/\\u0061\\\\\\" #"
                                \tREAPER_RUNTIME_PATH="crun"\r
                                REAPER_RUNTIME_ROOT = ""
                                IoUid = 1_000
                                SystemdCgroup = true
                                """));
        assertEquals(
                Map.of(
                        "REAPER_HOST_HOOKS",
                        "run",
                        "REAPER_ISOLATION",
                        "host",
                        "REAPER_RUNTIME_LOG",
                        "/var/log/a\\\" #",
                        "REAPER_RUNTIME_PATH",
                        "crun"),
                options.settings());
        assertEquals(
                List.of("BinaryName", "ConfigPath", "IoUid", "SystemdCgroup"), options.ignored());
    }

    @Test
    void aFileAsReaperConf() throws Exception {
        Path file =
                file(
                        """
                        # of the handler
                        REAPER_RUNTIME_PATH=/opt/a path/runtime # all of it

                          REAPER_RUNTIME_ROOT = "/run/other"  # quoted
                        REAPER_SHIM_TRIM='off'
                        REAPER_RUNTIME_LOG=
                        """);
        RuntimeOptions options = RuntimeOptions.of(path(file));
        assertEquals(
                Map.of(
                        "REAPER_RUNTIME_PATH",
                        "/opt/a path/runtime # all of it",
                        "REAPER_RUNTIME_ROOT",
                        "/run/other",
                        "REAPER_SHIM_TRIM",
                        "off"),
                options.settings());
        assertEquals(Map.of("REAPER_SHIM_TRIM", "off"), options.ofDaemon());
    }

    @Test
    void theTableWinsOverTheFileItNames() throws Exception {
        Path file = file("REAPER_RUNTIME_ROOT=/a\nREAPER_RUNTIME_PATH=/a\n");
        Options both =
                Options.newBuilder()
                        .setConfigPath(file.toString())
                        .setConfigBody(ByteString.copyFromUtf8("REAPER_RUNTIME_ROOT = '/b'"))
                        .build();
        assertEquals(
                Map.of("REAPER_RUNTIME_ROOT", "/b", "REAPER_RUNTIME_PATH", "/a"),
                RuntimeOptions.of(any(both)).settings());
    }

    /** As those of runc, which every pod with a user namespace brings. */
    @Test
    void optionsOfAnotherTypeAreNotRead() {
        for (String type :
                List.of("", "containerd.runc.v1.Options", "x/containerd.runc.v1.Options", "y")) {
            Any other = body("REAPER_X = 1").toBuilder().setTypeUrl(type).build();
            assertSame(RuntimeOptions.NONE, RuntimeOptions.of(other), type);
        }
        Any host =
                body("REAPER_ISOLATION = 'host'").toBuilder()
                        .setTypeUrl("types.containerd.io/runtimeoptions.v1.Options")
                        .build();
        assertEquals(1, RuntimeOptions.of(host).settings().size());
        assertEquals(Map.of(), RuntimeOptions.of(body("")).settings());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    x = 1                             | unknown key "x"; there are REAPER_ISOLATION,
                    reaper_isolation = "host"         | unknown key "reaper_isolation"
                    REAPER_CONFIG = "/x"              | unknown key "REAPER_CONFIG"
                    [table]                           | tables are not read: "[table]"
                    [[tables]]                        | tables are not read: "[[tables]]"
                    a.b = 1                           | expected REAPER_X = "value", found "a.b = 1"
                    REAPER_ISOLATION                  | expected REAPER_X = "value"
                    = "x"                             | expected REAPER_X = "value"
                    REAPER_ISOLATION =                | REAPER_ISOLATION: a value must be a string
                    REAPER_ISOLATION = host           | REAPER_ISOLATION: a value must be a string
                    REAPER_ISOLATION = 1.5            | REAPER_ISOLATION: a value must be a string
                    REAPER_ISOLATION = 007            | REAPER_ISOLATION: a value must be a string
                    REAPER_ISOLATION = ["host"]       | REAPER_ISOLATION: a value must be a string
                    REAPER_ISOLATION = {a = 1}        | REAPER_ISOLATION: a value must be a string
                    REAPER_ISOLATION = \"""host\"""   | strings of several lines are not read
                    REAPER_ISOLATION = '''host'''     | strings of several lines are not read
                    REAPER_ISOLATION = "host          | a string without an end
                    REAPER_ISOLATION = "host\\        | a string without an end
                    REAPER_ISOLATION = 'host          | a string without an end
                    REAPER_ISOLATION = "ho\\st"       | unknown escape \\s in a string
                    REAPER_ISOLATION = "\\u00"        | an escape without its 4 hex digits
                    REAPER_ISOLATION = "\\uD800"      | an escape that is no character
                    REAPER_ISOLATION = "\\UFFFFFFFF"  | an escape that is no character
                    REAPER_ISOLATION = "host" x       | something behind the value's end
                    REAPER_ISOLATION = "vm"           | REAPER_ISOLATION=vm: unknown value; there are
                    REAPER_HOST_HOOKS = true          | REAPER_HOST_HOOKS=true: unknown value
                    REAPER_SHIM_TRIM = 0              | REAPER_SHIM_TRIM=0: unknown value
                    REAPER_RUNTIME_PATH = "../x"      | REAPER_RUNTIME_PATH=../x: an absolute path is needed
                    REAPER_RUNTIME_ROOT = "x"         | REAPER_RUNTIME_ROOT=x: an absolute path is needed
                    REAPER_RUNTIME_LOG = "x"          | REAPER_RUNTIME_LOG=x: an absolute path is needed
                    REAPER_RUNTIME_ROOT = "/x\\u0000" | control characters are no part of a value
                    REAPER_RUNTIME_ROOT = "/x\\ny"    | control characters are no part of a value
                    """)
    void whatIsWrongIsNamed(String line, String reason) {
        String said = refusal(body("\n# comment\n" + line + "\n"));
        assertTrue(said.startsWith("config_body line 3: "), said);
        assertTrue(said.contains(reason), said);
    }

    @Test
    void aKeyTwiceIsNamed() {
        String said = refusal(body("REAPER_ISOLATION = 'host'\n'REAPER_ISOLATION' = 'host'\n"));
        assertEquals("config_body line 2: \"REAPER_ISOLATION\" is there twice", said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SystemdCgroup=true", "REAPER_X=1", "BinaryName = \"runc\""})
    void anUnknownKeyOfAFileIsNamed(String line) throws Exception {
        Path file = file("REAPER_ISOLATION=host\n" + line + "\n");
        String key = line.substring(0, line.indexOf('=')).strip();
        String said = refusal(path(file));
        assertTrue(said.startsWith(file + " line 2: unknown key \"" + key + "\""), said);
    }

    @Test
    void aFileThatIsNoneIsNamed() throws Exception {
        assertTrue(refusal(path("options.conf")).contains("options.conf: an absolute path"));
        assertTrue(refusal(path("/\0x")).contains("an absolute path is needed"));
        Path missing = directory.resolve("missing");
        assertTrue(refusal(path(missing)).startsWith(missing + ": "));
        assertEquals(directory + ": not a file", refusal(path(directory)));
        assertEquals("/dev/null: not a file", refusal(path("/dev/null")));
        Path link = Files.createSymbolicLink(directory.resolve("link"), file("x=1"));
        assertTrue(refusal(path(link)).startsWith(link + ": "));
        Path fifo = directory.resolve("fifo");
        LinuxFiles.mkfifo(fifo, 0600);
        assertEquals(fifo + ": not a file", refusal(path(fifo)));
        Path large = directory.resolve("large");
        Files.write(large, new byte[1024 * 1024 + 1]);
        assertTrue(refusal(path(large)).startsWith(large + ": "));
        Path binary = directory.resolve("binary");
        Files.write(binary, new byte[] {(byte) 0xFF, (byte) 0xFE});
        assertEquals(binary + ": not a text in UTF-8", refusal(path(binary)));
    }

    @Test
    void hostileBytesAreRefusedInOneLine() {
        Any garbage =
                Any.newBuilder()
                        .setTypeUrl("runtimeoptions.v1.Options")
                        .setValue(ByteString.copyFrom(new byte[] {(byte) 0xFF, 1, 2}))
                        .build();
        assertTrue(refusal(garbage).startsWith("not a message"));
        assertTrue(refusal(body("x".repeat(2 * 1024 * 1024))).contains("more than"));
        assertTrue(refusal(body("\u001b[2J" + "x".repeat(100_000))).length() < 200);
        Random random = new Random(6);
        String letters = "REAPER_ISOLATION='\"\\u#[]{}.,\n\t 01ä\0";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder("REAPER_ISOLATION = ");
            for (int i = random.nextInt(30); i > 0; i--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            try {
                RuntimeOptions.of(body(text.toString()))
                        .settings()
                        .forEach((key, value) -> assertEquals("REAPER_ISOLATIONhost", key + value));
            } catch (ShimException e) {
                assertEquals(ShimException.Kind.INVALID_ARGUMENT, e.kind());
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            }
        }
    }

    /** Whoever starts a daemon says what is its own; what is wrong is said by Create. */
    @Test
    void ofADaemon() {
        Any both = body("REAPER_SHIM_LOG = '/a'\nREAPER_RUNTIME_LOG = '/b'\n");
        assertEquals(
                Map.of("REAPER_SHIM_LOG", "/a"),
                DaemonSettings.of(Optional.of(both), ShimLog.silent()));
        assertEquals(
                Map.of(),
                DaemonSettings.of(Optional.of(body("REAPER_SHIM_LOG = 1")), ShimLog.silent()));
        assertEquals(Map.of(), DaemonSettings.of(Optional.empty(), ShimLog.silent()));
    }
}
