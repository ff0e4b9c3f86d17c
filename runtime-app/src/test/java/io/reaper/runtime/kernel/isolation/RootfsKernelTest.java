package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The container's "/": what is in it, what is left of the machine's, who sees its mounts. */
@Tag("kernel")
class RootfsKernelTest {

    private static final String PROPAGATED =
            "mkdir /all /copy; echo x > /all/file; mkdir /data; mount --rbind / /copy || exit 0;"
                    + " mount --bind /all /data; test -e /copy/data/file && echo visible; true";

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    /** Before a command: mounts of a namespace of their own are shared, as systemd has them. */
    private List<String> shared(RootBundle bundle, boolean mounted) {
        String rootfs = bundle.dir() + "/rootfs";
        String bind = mounted ? "mount --bind " + rootfs + " " + rootfs + " && " : "";
        String mounts = "cat /proc/self/mountinfo > " + runtime.work();
        return List.of(
                "unshare",
                "-m",
                "--propagation",
                "shared",
                "sh",
                "-c",
                bind + mounts + "/before && { \"$@\"; s=$?; " + mounts + "/after; exit $s; }",
                "sh");
    }

    private void assertMachineAsBefore() throws IOException {
        assertEquals(
                Files.readString(runtime.work().resolve("before")),
                Files.readString(runtime.work().resolve("after")));
    }

    @Test
    void nothingButTheContainersMountsIsThere() {
        RootBundle bundle =
                RootBundle.of(
                        runtime,
                        "ls /; while read a b c d e f; do echo $e; done < /proc/self/mountinfo;"
                                + " ls /proc/1/root/../..; cd ../../..; ls");
        String root = "bin\ndev\nproc\n";
        assertEquals(root + "/\n/proc\n/dev\n" + root + root, bundle.output(runtime));
    }

    /** CVE-2024-21626: a descriptor of the machine's that a program, or its cwd, could find. */
    @Test
    void noDescriptorIsLeft() {
        RootBundle bundle =
                RootBundle.of(runtime, "for f in /proc/self/fd/*; do echo ${f##*/}; done");
        // the shell has the directory open that it lists
        assertEquals("0\n1\n2\n3\n", bundle.output(runtime).replace("10\n", "3\n"));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 20})
    void noDescriptorIsADirectoryToWorkIn(int number) {
        RootBundle bundle = RootBundle.of(runtime, "pwd; ls ../../../..");
        bundle.process().put("cwd", "/proc/self/fd/" + number);
        RuntimeExtension.Result result =
                runtime.run("run", "--bundle", bundle.written(), runtime.id());
        assertNotEquals(0, result.status(), result::toString);
        assertEquals("", result.out());
    }

    @Test
    void aReadOnlyRootIsSoWithoutItsMounts() {
        RootBundle bundle =
                RootBundle.of(
                        runtime, "touch /x 2>&1; mkdir /bin/y 2>&1; touch /dev/z && ls /dev/z");
        bundle.root().put("readonly", true);
        assertEquals(
                """
                touch: /x: Read-only file system
                mkdir: can't create directory '/bin/y': Read-only file system
                /dev/z
                """,
                bundle.output(runtime));
    }

    @Test
    void theRootCanBeWrittenToByDefault() throws IOException {
        RootBundle bundle = RootBundle.of(runtime, "echo kept > /x");
        bundle.output(runtime);
        assertEquals("kept\n", Files.readString(bundle.inRoot("x")));
    }

    /** The test of runtime-tools, linux_rootfs_propagation. */
    @ParameterizedTest
    @CsvSource({
        "shared, visible",
        "rshared, visible",
        "slave, ''",
        "rslave, ''",
        "private, ''",
        "rprivate, ''",
    })
    void mountsPropagateAsAsked(String word, String expected) throws IOException {
        for (boolean mounted : List.of(false, true)) {
            RootBundle bundle = RootBundle.of(runtime, PROPAGATED);
            bundle.linux().put("rootfsPropagation", word);
            RuntimeExtension.Result result =
                    runtime.run(
                            shared(bundle, mounted),
                            "run",
                            "--bundle",
                            bundle.written(),
                            runtime.id());
            assertEquals(
                    new RuntimeExtension.Result(0, expected.isEmpty() ? "" : expected + "\n", ""),
                    result);
            assertMachineAsBefore();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unbindable", "runbindable"})
    void anUnbindableRootCannotBeBound(String word) {
        RootBundle bundle =
                RootBundle.of(runtime, "mkdir /copy; mount --rbind / /copy 2>&1; echo $?");
        bundle.linux().put("rootfsPropagation", word);
        assertEquals(
                "mount: mounting / on /copy failed: Invalid argument\n255\n",
                bundle.output(runtime));
    }

    /** While it is there: at its end they would be gone in any case. */
    @ParameterizedTest
    @ValueSource(strings = {"", "shared", "rshared", "slave", "private", "unbindable", "rslave"})
    void mountsOfTheRootAreNotTheMachines(String word) throws IOException {
        RootBundle bundle = RootBundle.of(runtime, "true").paths("maskedPaths", "/proc/keys");
        bundle.linux().put("rootfsPropagation", word);
        RuntimeExtension.Result result =
                runtime.run(
                        shared(bundle, true), "create", "--bundle", bundle.written(), runtime.id());
        assertEquals(new RuntimeExtension.Result(0, "", ""), result);
        assertMachineAsBefore();
    }

    @Test
    void anUnknownPropagationIsRefused() {
        RootBundle bundle = RootBundle.of(runtime, "true");
        bundle.linux().put("rootfsPropagation", "sharing");
        assertTrue(
                bundle.refusal(runtime)
                        .endsWith(
                                "config.json: linux.rootfsPropagation: rootfsPropagation=sharing is"
                                        + " not supported"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "none | invalid rootfs: open %s: no such file or directory",
                "file | invalid rootfs: open %s: not a directory",
                "link | invalid rootfs: not an absolute path, or a symlink: open %s: too many"
                        + " levels of symbolic links",
            })
    void whatIsNoDirectoryIsNoRootfs(String name, String text) throws IOException {
        RootBundle bundle = RootBundle.of(runtime, "true");
        Files.createFile(bundle.dir().resolve("file"));
        Files.createSymbolicLink(bundle.dir().resolve("link"), Path.of("rootfs"));
        bundle.root().put("path", name);
        String refusal = bundle.refusal(runtime);
        String path = bundle.dir().resolve(name).toString();
        assertTrue(
                refusal.endsWith("config.json: root.path: " + text.replace("%s", path)), refusal);
    }

    /** Linux 5.10 and 5.11 have no mount_setattr(2). */
    @Test
    void readOnlyWorksByRemountsAlone() throws IOException {
        Path calls = runtime.work().resolve("calls");
        List<String> strace =
                List.of(
                        "strace",
                        "-f",
                        "-qq",
                        "-o",
                        calls.toString(),
                        "-e",
                        "trace=mount_setattr",
                        "-e",
                        "inject=mount_setattr:error=ENOSYS");
        RootBundle bundle =
                RootBundle.of(
                        runtime,
                        "for f in /x /data/x /ro/x /proc/sys/kernel/domainname"
                                + "; do echo x 2>/dev/null > $f && echo written $f; done;"
                                + " grep -o '/ro [^ ]*' /proc/self/mountinfo");
        Files.createDirectory(bundle.inRoot("data"));
        bundle.root().put("readonly", true);
        bundle.mount("/ro", "tmpfs", "tmpfs", "ro", "nosuid", "nodev", "noexec", "noatime");
        bundle.paths("readonlyPaths", "/data", "/proc/sys");
        bundle.linux().put("rootfsPropagation", "shared");
        RuntimeExtension.Result result =
                runtime.run(strace, "run", "--bundle", bundle.written(), runtime.id());
        assertEquals(
                new RuntimeExtension.Result(0, "/ro ro,nosuid,nodev,noexec,noatime\n", ""), result);
        assertTrue(Files.readString(calls).contains("ENOSYS"), "nothing was injected");
    }

    @Test
    void anInitramfsIsNamed() throws IOException {
        List<String> strace =
                List.of(
                        "strace",
                        "-f",
                        "-qq",
                        "-o",
                        "/dev/null",
                        "-e",
                        "trace=pivot_root",
                        "-e",
                        "inject=pivot_root:error=EINVAL");
        RootBundle bundle = RootBundle.of(runtime, "true");
        String before = Files.readString(Path.of("/proc/self/mountinfo"));
        RuntimeExtension.Result result =
                runtime.run(strace, "create", "--bundle", bundle.written(), runtime.id());
        assertTrue(
                result.err()
                        .contains(
                                "pivot_root (from an initramfs: needs --no-pivot): invalid"
                                        + " argument"),
                result::toString);
        assertEquals(before, Files.readString(Path.of("/proc/self/mountinfo")));
    }
}
