package io.reaper.shim.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ErrorCode;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.error.ShimException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What we read from a runtime, and how we find it. */
class RuntimeWordsTest {

    @ParameterizedTest
    @CsvSource({
        "create, container with id x already exists, ALREADY_EXISTS",
        "create, container with given ID already exists, ALREADY_EXISTS",
        "create, 'exec: \"/x\": stat /x: no such file or directory', FAILED",
        "create, cgroup does not exist, FAILED",
        "start, container does not exist: x, NOT_FOUND",
        "start, 'exec: \"x\" does not exist', FAILED",
        "state, container does not exist, NOT_FOUND",
        "state, 'container \"x\" does not exist', NOT_FOUND",
        "kill, container not running, NOT_FOUND",
        "kill, 'os: process already finished', NOT_FOUND",
        "kill, kill 123: No such process, NOT_FOUND",
        "kill, operation not permitted, FAILED",
        "exec, container does not exist, FAILED_PRECONDITION",
        "exec, cannot exec in a stopped container, FAILED_PRECONDITION",
        "exec, cannot exec a container that has stopped, FAILED_PRECONDITION",
        "exec, cannot exec in a paused container (use --ignore-paused), FAILED_PRECONDITION",
        "exec, container not running, FAILED_PRECONDITION",
        "exec, 'exec: \"x\": executable file not found in $PATH', FAILED",
        "exec, 'exec: \"/x\": file does not exist', FAILED",
        "delete, container does not exist, NOT_FOUND",
        "delete, cannot delete container x that is not stopped: running, FAILED"
    })
    void wordsBecomeClasses(String verb, String message, Kind kind) {
        ShimException failure = RuntimeFailure.of(ErrorCode.E_RUNTIME_FAILED, verb, message);
        assertEquals(kind, failure.kind());
        assertEquals("OCI runtime " + verb + " failed: " + message, failure.getMessage());
    }

    @Test
    void stateOfRunc() {
        RuntimeState state =
                RuntimeState.parse(
                        """
                        {"ociVersion":"1.0.2-dev","id":"x","pid":42,"status":"running",
                         "bundle":"/b","rootfs":"/b/rootfs","annotations":{"pid":"7"},"owner":""}\
                        """);
        assertEquals(new RuntimeState("running", 42, Path.of("/b")), state);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "{", "{}", "{\"status\":\"running\"}", "{\"pid\":\"x\"}", "null"})
    void whatIsNoStateIsAnError(String json) {
        ShimException failure = assertThrows(ShimException.class, () -> RuntimeState.parse(json));
        assertEquals(Kind.FAILED, failure.kind());
    }

    @Test
    void findsAPathOrANameInPath(@TempDir Path directory) throws Exception {
        Path program = directory.resolve("runtime");
        Files.writeString(program, "#!/bin/sh\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        String path = program.toString();
        assertEquals(path, RuntimeBinary.resolve(path, ""));
        assertEquals(path, RuntimeBinary.resolve("runtime", "/nowhere::relative:" + directory));
    }

    @Test
    void namesPathVariableAndReason(@TempDir Path directory) throws Exception {
        Path plain = Files.writeString(directory.resolve("plain"), "");
        assertUnusable(directory.resolve("none") + "", "no such file or directory");
        assertUnusable(plain + "", "permission denied");
        assertUnusable(directory + "", "is a directory");
        assertUnusable("none", "not found in PATH=/x");
    }

    private static void assertUnusable(String configured, String reason) {
        ShimException refusal =
                assertThrows(ShimException.class, () -> RuntimeBinary.resolve(configured, "/x"));
        String message = refusal.getMessage();
        assertEquals(Kind.FAILED_PRECONDITION, refusal.kind());
        assertTrue(message.contains(configured) && message.contains(reason), message);
        assertTrue(message.contains("REAPER_RUNTIME_PATH"), message);
    }
}
