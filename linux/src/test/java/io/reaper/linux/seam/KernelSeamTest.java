package io.reaper.linux.seam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Epoll;
import io.reaper.linux.event.Inotify;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.process.Child;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.ProcessInfo;
import io.reaper.linux.process.ProcessTree;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import io.reaper.linux.signal.Signals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The upper floor on the running kernel; {@link SeamChecks} has the lower ones. Needs no rights.
 */
class KernelSeamTest {

    private static final List<String> ENV = List.of("PATH=/usr/bin:/bin");

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
