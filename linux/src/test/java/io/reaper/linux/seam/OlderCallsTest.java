package io.reaper.linux.seam;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.Rlimits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a seccomp filter leaves a call out an older one does the same, in the same words. */
class OlderCallsTest {

    private static final List<Errno> FILTERS = List.of(Errno.EPERM, Errno.ENOSYS);

    @TempDir Path directory;

    private static void same(String call, Callable<Object> action) throws Exception {
        Object expected = action.call();
        for (Errno errno : FILTERS) {
            assertEquals(expected, SyscallFilter.refusing(call, errno, action), call);
        }
    }

    @Test
    void statTellsTheSame() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "12345");
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        for (Path path : List.of(file, link, directory, Path.of("/dev/null"), Path.of("/proc"))) {
            same("statx", () -> FileStat.of(path));
            same("statx", () -> FileStat.ofNoFollow(path));
        }
        same("statx", () -> FileStat.find(directory.resolve("none")));
        try (Fd open = Fd.open(file, OpenFlags.O_RDONLY)) {
            same("statx", open::stat);
        }
    }

    @Test
    void accessIsJudgedTheSame() throws Exception {
        String none = directory.resolve("none").toString();
        for (Errno errno : FILTERS) {
            SyscallFilter.refusing(
                    "faccessat2",
                    errno,
                    () -> {
                        LinuxFiles.checkExecutable("/bin/sh");
                        return true;
                    });
            ExecutionException refused =
                    assertThrows(
                            ExecutionException.class,
                            () ->
                                    SyscallFilter.refusing(
                                            "faccessat2",
                                            errno,
                                            () -> {
                                                LinuxFiles.checkExecutable(none);
                                                return true;
                                            }));
            assertEquals(
                    "access " + none + ": no such file or directory",
                    refused.getCause().getMessage());
        }
    }

    @Test
    void filesAreRenamed() throws Exception {
        for (Errno errno : FILTERS) {
            Path from = Files.writeString(directory.resolve("from"), "x");
            Path to = directory.resolve("to-" + errno.number());
            SyscallFilter.refusing(
                    "renameat2",
                    errno,
                    () -> {
                        LinuxFiles.rename(from, to);
                        return true;
                    });
            assertEquals("x", Files.readString(to));
        }
    }

    @Test
    void limitsAreReadAndSet() throws Exception {
        Rlimits limits = new Rlimits(Syscalls.get());
        same(
                "prlimit64",
                () -> {
                    Rlimits.Limit core = limits.get(Rlimits.Resource.RLIMIT_CORE);
                    limits.set(Rlimits.Resource.RLIMIT_CORE, core);
                    return limits.get(Rlimits.Resource.RLIMIT_CORE);
                });
    }

    @Test
    void aFileWithoutANameHoldsWhatIsWritten() throws Exception {
        byte[] text = "text".getBytes(StandardCharsets.UTF_8);
        for (Errno errno : FILTERS) {
            byte[] read =
                    SyscallFilter.refusing(
                            "memfd_create",
                            errno,
                            () -> {
                                try (Fd file = Fd.memory("x")) {
                                    file.write(text);
                                    file.seek(0);
                                    return file.readAll(100);
                                }
                            });
            assertArrayEquals(text, read);
        }
    }

    @Test
    void signalsReachAProcessThatLives() throws Exception {
        for (Errno errno : FILTERS) {
            Process process = new ProcessBuilder("/bin/sleep", "1000").start();
            try (Pidfd pidfd = Pidfd.open((int) process.pid())) {
                SyscallFilter.refusing("pidfd_send_signal", errno, () -> killed(pidfd));
                assertEquals(true, pidfd.awaitExit(Deadline.NONE));
                process.waitFor(); // reaped
                ExecutionException gone =
                        assertThrows(
                                ExecutionException.class,
                                () ->
                                        SyscallFilter.refusing(
                                                "pidfd_send_signal", errno, () -> killed(pidfd)));
                assertEquals(
                        "signal process " + process.pid() + ": no such process",
                        gone.getCause().getMessage());
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static boolean killed(Pidfd pidfd) {
        pidfd.signal(9);
        return true;
    }
}
