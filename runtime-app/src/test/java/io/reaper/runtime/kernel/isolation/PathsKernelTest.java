package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What maskedPaths and readonlyPaths leave a program of the files they name. */
@Tag("kernel")
class PathsKernelTest {

    private static final String NODE = "stat -c '%F|%t:%T' ";
    private static final String TRY = "; do echo x 2>/dev/null > $f && echo written $f; done; true";

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    private static RootBundle withFiles(RootBundle bundle) throws IOException {
        Files.createDirectories(bundle.inRoot("data/deep/deeper"));
        for (String file :
                List.of("data/file", "data/deep/file", "data/deep/deeper/file", "file")) {
            Files.writeString(bundle.inRoot(file), "secret");
        }
        return bundle;
    }

    @Test
    void aMaskedFileIsEmptyAndADirectoryToo() throws IOException {
        RootBundle bundle =
                RootBundle.of(
                        runtime,
                        "cat /file /data/file; ls -A /data/deep /data/deep/deeper 2>&1; "
                                + NODE
                                + "/file; mkdir /data/deep/x 2>&1; touch /data/deep/y 2>&1; true");
        withFiles(bundle).paths("maskedPaths", "/file", "/data/deep");
        assertEquals(
                """
                secretls: /data/deep/deeper: No such file or directory
                /data/deep:
                character special file|1:3
                mkdir: can't create directory '/data/deep/x': Read-only file system
                touch: /data/deep/y: Read-only file system
                """,
                bundle.output(runtime));
        assertEquals("secret", Files.readString(bundle.inRoot("file")));
    }

    /** What a mask hides is not there for the rest of the list. */
    @Test
    void nestedMasksAndRepeatedOnesAreFine() throws IOException {
        RootBundle bundle =
                RootBundle.of(
                        runtime,
                        "grep -c ' /data' /proc/self/mountinfo; grep -c ' /file'"
                                + " /proc/self/mountinfo; ls -A /data");
        withFiles(bundle)
                .paths("maskedPaths", "/data/deep/file", "/data/deep", "/data", "/data/deep/deeper")
                .paths("maskedPaths", "/file", "//file", "/data/../file", "/none", "/none/at/all");
        assertEquals("3\n1\n", bundle.output(runtime));
    }

    @Test
    void anyKindOfFileIsMasked() throws Exception {
        RootBundle bundle = RootBundle.of(runtime, NODE + "/fifo /node");
        String fifo = bundle.inRoot("fifo").toString();
        assertEquals(0, new ProcessBuilder("mkfifo", fifo).start().waitFor());
        bundle.device("b", "/node", 0, 0);
        bundle.paths("maskedPaths", "/fifo", "/node");
        assertEquals(
                "character special file|1:3\ncharacter special file|1:3\n", bundle.output(runtime));
    }

    /** CVE-2025-31133: a mask is never what the container calls /dev/null, nor is one left out. */
    @ParameterizedTest
    @ValueSource(strings = {"link", "file", "missing"})
    void masksAreNotOfTheContainersNull(String kind) throws IOException {
        Path dev = Files.createDirectory(runtime.work().resolve("dev"));
        switch (kind) {
            case "link" ->
                    Files.createSymbolicLink(
                            dev.resolve("null"), Path.of("/proc/sys/kernel/core_pattern"));
            case "file" -> Files.writeString(dev.resolve("null"), "attacker's");
            default -> {}
        }
        RootBundle bundle = RootBundle.of(runtime, NODE + "/file /proc/keys").withoutLastMount();
        withFiles(bundle)
                .mount("/dev", "bind", dev.toString(), "bind")
                .paths("maskedPaths", "/file", "/proc/keys");
        assertEquals(
                "character special file|1:3\ncharacter special file|1:3\n", bundle.output(runtime));
    }

    @ParameterizedTest
    @ValueSource(strings = {"maskedPaths", "readonlyPaths"})
    void linksOfTheImageStayInside(String property) throws IOException {
        Path outside = Files.createDirectory(runtime.work().resolve("outside"));
        Path file = Files.writeString(outside.resolve("file"), "the machine's");
        RootBundle bundle =
                RootBundle.of(runtime, "grep -o ' /data/file \\|/outside' /proc/self/mountinfo");
        withFiles(bundle);
        Files.createSymbolicLink(bundle.inRoot("inside"), Path.of("../../../data/file"));
        Files.createSymbolicLink(bundle.inRoot("outside"), file);
        Files.createSymbolicLink(bundle.inRoot("dangling"), Path.of("/none"));
        bundle.paths(property, "/inside", "/outside", "/dangling");
        assertEquals(" /data/file \n", bundle.output(runtime));
        assertEquals("the machine's", Files.readString(file));
        Files.writeString(file, "still");
    }

    @Test
    void whatCannotBeMaskedIsNamed() throws IOException {
        for (String root : List.of("/", "/data/..", "/proc/1/../..")) {
            RootBundle bundle = withFiles(RootBundle.of(runtime, "true"));
            String refusal = bundle.paths("maskedPaths", root).refusal(runtime);
            assertTrue(
                    refusal.endsWith(
                            "linux.maskedPaths: mask " + root + ": device or resource busy"),
                    refusal);
        }
        for (String property : List.of("maskedPaths", "readonlyPaths")) {
            RootBundle bundle = withFiles(RootBundle.of(runtime, "true"));
            String refusal = bundle.paths(property, "/file/below").refusal(runtime);
            assertTrue(refusal.endsWith(" /file/below: not a directory"), refusal);
        }
    }

    @Test
    void aReadOnlyPathIsSoWithAllBelow() throws IOException {
        RootBundle bundle =
                RootBundle.of(
                        runtime,
                        "for f in /file /data/file /data/deep/file /data/deep/deeper/file"
                                + " /data/tmp/x /data/tmp/below/x"
                                + TRY
                                + "; cat /data/deep/deeper/file");
        withFiles(bundle)
                .mount("/data/tmp", "tmpfs", "tmpfs")
                .mount("/data/tmp/below", "tmpfs", "tmpfs")
                .paths("readonlyPaths", "/data/deep", "/data/tmp", "/data/deep/file", "/none");
        assertEquals("written /file\nwritten /data/file\nsecret", bundle.output(runtime));
    }

    @Test
    void theRootItselfCanBeReadOnly() throws IOException {
        RootBundle bundle = RootBundle.of(runtime, "for f in /file /dev/x" + TRY);
        withFiles(bundle).paths("readonlyPaths", "/");
        assertEquals("written /dev/x\n", bundle.output(runtime));
    }

    @Test
    void otherFlagsOfTheMountAreKept() throws IOException {
        RootBundle bundle =
                RootBundle.of(runtime, "grep -o '/data/tmp/below [^ ]*' /proc/self/mountinfo");
        withFiles(bundle)
                .mount("/data/tmp", "tmpfs", "tmpfs", "nosuid", "nodev", "noexec", "noatime")
                .paths("readonlyPaths", "/data/tmp/below");
        bundle.device("p", "/data/tmp/below", 0, 0);
        assertEquals("/data/tmp/below ro,nosuid,nodev,noexec,noatime\n", bundle.output(runtime));
    }
}
