package io.reaper.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls the running kernel; needs no rights. */
class KernelSeamTest {

    private static final List<String> ENV = List.of("PATH=/usr/bin:/bin");

    private static String run(String script, Fd... more) {
        try (Fd output = Fd.memory("output");
                Fd none = Fd.open(Path.of("/dev/null"), OpenFlags.O_RDWR)) {
            List<Fd> fds = new java.util.ArrayList<>(List.of(none, output, none));
            fds.addAll(List.of(more));
            Child child =
                    Spawner.spawn(SpawnRequest.of(List.of("/bin/sh", "-c", script), ENV, fds));
            try (Pidfd pidfd = child.pidfd()) {
                assertEquals(0, pidfd.await().shellStatus(), script);
            }
            output.seek(0);
            return new String(output.readAll(100_000), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aChildSeesOnlyTheListedDescriptors() {
        try (Fd a = Fd.memory("a");
                Fd b = Fd.memory("b")) {
            a.write("A".getBytes(StandardCharsets.UTF_8));
            b.write("B".getBytes(StandardCharsets.UTF_8));
            a.seek(0);
            b.seek(0);
            assertEquals("BA", run("cat <&3; cat <&4", b, a));
            String listed = run("exec ls /proc/self/fd", b, a);
            assertEquals("0\n1\n2\n3\n4\n5\n", listed); // 5 is the directory ls reads
        }
    }

    @Test
    void sourcesMayBeEachOthersTargets() {
        try (Fd none = Fd.open(Path.of("/dev/null"), OpenFlags.O_RDWR);
                Fd out = Fd.memory("out");
                Fd err = Fd.memory("err")) {
            // our own 0, 1, 2 permuted with others
            Child child =
                    Spawner.spawn(
                            SpawnRequest.of(
                                    List.of("/bin/sh", "-c", "echo o; echo e >&2"),
                                    ENV,
                                    List.of(none, out, err, Fd.of(0), Fd.of(1), Fd.of(2))));
            try (Pidfd pidfd = child.pidfd()) {
                assertEquals(0, pidfd.await().code());
            }
            out.seek(0);
            err.seek(0);
            assertArrayEquals(new byte[] {'o', '\n'}, out.readAll(10));
            assertArrayEquals(new byte[] {'e', '\n'}, err.readAll(10));
        }
    }

    @Test
    void aChildHasNoSignalBlockedOrIgnored() {
        String status = run("exec cat /proc/self/status");
        for (String set : List.of("SigBlk", "SigIgn", "SigCgt")) {
            assertTrue(status.contains(set + ":\t0000000000000000"), status);
        }
    }

    @Test
    void aMissingProgramIsToldWithItsErrno() {
        SpawnRequest request = SpawnRequest.of(List.of("/no/such"), ENV, List.of());
        LinuxException e = assertThrows(LinuxException.class, () -> Spawner.spawn(request));
        assertEquals("start /no/such: no such file or directory", e.getMessage());
        assertTrue(e.is(Errno.ENOENT));
    }

    @Test
    void aChildStartsInItsDirectoryAndSession() {
        try (Fd output = Fd.memory("output")) {
            String script = "pwd; cut -d' ' -f6 /proc/$$/stat; echo $$";
            SpawnRequest request =
                    SpawnRequest.of(
                                    List.of("/bin/sh", "-c", script),
                                    ENV,
                                    List.of(output, output, output))
                            .inDirectory(Path.of("/usr"))
                            .inNewSession();
            Child child = Spawner.spawn(request);
            try (Pidfd pidfd = child.pidfd()) {
                pidfd.await();
            }
            output.seek(0);
            String[] lines =
                    new String(output.readAll(1000), StandardCharsets.UTF_8).split("\n", -1);
            assertEquals("/usr", lines[0]);
            assertEquals(Integer.toString(child.pid()), lines[1]);
            assertEquals(lines[1], lines[2]);
        }
    }

    @Test
    void exitStatusTellsCodeAndSignal() {
        assertEquals(7, status("exit 7").shellStatus());
        assertEquals(new ExitStatus(0, 15), status("kill -TERM $$"));
        assertEquals(137, status("kill -KILL $$").shellStatus());
    }

    private static ExitStatus status(String script) {
        Child child =
                Spawner.spawn(SpawnRequest.of(List.of("/bin/sh", "-c", script), ENV, List.of()));
        try (Pidfd pidfd = child.pidfd()) {
            return pidfd.await();
        }
    }

    @Test
    void aPidfdBecomesReadableAtTheEnd() {
        Child child = Spawner.spawn(SpawnRequest.of(List.of("/bin/sleep", "60"), ENV, List.of()));
        try (Pidfd pidfd = child.pidfd();
                Epoll epoll = new Epoll()) {
            assertFalse(pidfd.awaitExit(Deadline.after(Duration.ofMillis(1))));
            assertTrue(pidfd.reap().isEmpty());
            epoll.add(pidfd.fd(), Epoll.EPOLLIN, 4711);
            pidfd.signal(Signals.SIGKILL);
            assertEquals(4711, epoll.await().getFirst().token());
            assertEquals(137, pidfd.reap().orElseThrow().shellStatus());
            assertTrue(assertThrows(LinuxException.class, pidfd::reap).is(Errno.ECHILD));
            assertThrows(LinuxException.class, () -> pidfd.signal(Signals.SIGTERM));
        }
    }

    @Test
    void pathsCannotLeadOutOfADirectory(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("file"), "x");
        Files.createSymbolicLink(directory.resolve("link"), Path.of("/etc/passwd"));
        try (Fd parent = Fd.open(directory, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY)) {
            Fd.openBeneath(parent, "file", OpenFlags.O_RDONLY, 0).close();
            for (String hostile : List.of("link", "../x", "/etc/passwd", "./../../etc/passwd")) {
                assertThrows(
                        LinuxException.class,
                        () -> Fd.openBeneath(parent, hostile, OpenFlags.O_RDONLY, 0),
                        hostile);
            }
        }
    }

    @Test
    void aFifoHasItsPermissionsWhateverTheUmask(@TempDir Path directory) {
        Path fifo = directory.resolve("fifo");
        LinuxFiles.mkfifo(fifo, 0622);
        FileStat stat = FileStat.of(fifo);
        assertTrue(stat.isFifo());
        assertEquals(0622, stat.permissions());
    }

    @Test
    void locksExcludeEachOther(@TempDir Path directory) {
        int flags = OpenFlags.O_RDWR | OpenFlags.O_CREAT;
        try (Fd second = Fd.open(directory.resolve("lock"), flags, 0600)) {
            try (Fd first = Fd.open(directory.resolve("lock"), flags, 0600)) {
                first.lock();
                assertFalse(second.tryLock());
            }
            assertTrue(second.tryLock());
        }
    }

    @Test
    void inotifyTellsWhatHappened(@TempDir Path directory) throws Exception {
        try (Inotify inotify = new Inotify()) {
            int watch = inotify.watch(directory, Inotify.IN_CREATE);
            assertTrue(inotify.read().isEmpty());
            Files.writeString(directory.resolve("new"), "");
            assertEquals(
                    List.of(new Inotify.Event(watch, Inotify.IN_CREATE, "new")), inotify.read());
            inotify.unwatch(watch);
            inotify.unwatch(watch);
        }
    }

    @Test
    void statReadsWhatJavaReads(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("f"), "12345");
        FileStat stat = FileStat.of(file);
        assertTrue(stat.isRegular());
        assertEquals(5, stat.size());
        assertEquals(Files.getAttribute(file, "unix:ino"), stat.inode());
        assertEquals(Files.getAttribute(file, "unix:uid"), stat.uid());
    }

    @Test
    void aProcessKnowsItsParentAndChildren() {
        ProcessInfo self = ProcessInfo.of((int) ProcessHandle.current().pid()).orElseThrow();
        Child child = Spawner.spawn(SpawnRequest.of(List.of("/bin/sleep", "60"), ENV, List.of()));
        try (Pidfd pidfd = child.pidfd()) {
            assertEquals(self.pid(), ProcessInfo.of(child.pid()).orElseThrow().parent());
            assertTrue(ProcessTree.children(self.pid()).contains(child.pid()));
            assertTrue(ProcessTree.descendants(self.parent()).contains(child.pid()));
            pidfd.signal(Signals.SIGKILL);
            assertTrue(pidfd.awaitExit(Deadline.NONE));
            assertTrue(ProcessInfo.of(child.pid()).orElseThrow().isZombie());
            pidfd.await();
            assertTrue(ProcessInfo.of(child.pid()).isEmpty());
        }
    }

    @Test
    void pollHonoursItsDeadlineAndTellsHangUp() {
        Fd[] pipe = Fd.pipe(0);
        try (Fd reader = pipe[0]) {
            Poll.Entry entry = new Poll.Entry(reader, Poll.POLLIN);
            assertEquals(0, Poll.await(Deadline.after(Duration.ofMillis(5)), entry)[0]);
            pipe[1].close();
            assertEquals(Poll.POLLHUP, Poll.await(Deadline.NONE, entry)[0]);
        }
    }

    @Test
    void nulEndsNoStringEarly() {
        assertThrows(IllegalArgumentException.class, () -> Memory.string("a\0b"));
        assertThrows(IllegalArgumentException.class, () -> Memory.strings(List.of("x", "a\0b")));
    }
}
