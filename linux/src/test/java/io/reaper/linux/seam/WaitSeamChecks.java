package io.reaper.linux.seam;

import static io.reaper.linux.seam.SeamChecks.ENV;
import static io.reaper.linux.seam.SeamChecks.SYSCALLS;
import static io.reaper.linux.seam.SeamChecks.accepted;
import static io.reaper.linux.seam.SeamChecks.inDirectory;
import static io.reaper.linux.seam.SeamChecks.opened;
import static io.reaper.linux.seam.SeamChecks.shell;
import static io.reaper.linux.seam.SeamChecks.status;
import static io.reaper.linux.seam.SeamChecks.word;
import static io.reaper.linux.seam.Syscalls.AT_FDCWD;

import io.reaper.linux.event.Epoll;
import io.reaper.linux.event.EventFd;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import io.reaper.linux.seam.SeamChecks.Check;
import io.reaper.linux.signal.Signals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Calls that wait, while another thread collects garbage: a call that kept its thread in Java's
 * state would hold up the collection, and with it what the call waits for, for ever.
 */
final class WaitSeamChecks {

    private static final int COLLECTIONS = 3;
    private static final int SPAWNS = 10;
    private static final int FAILURES = 20_000;
    private static final int PIPE_SIZE = 65_536;
    private static final int EVENT_SIZE = EpollLayout.CURRENT.size();

    /** What ends the waiting. */
    private interface Release {
        void run() throws Exception;
    }

    private WaitSeamChecks() {}

    static List<Check> list() {
        return List.of(
                new Check("ppoll waits", "ok 1", () -> poll()),
                new Check("epoll_pwait waits", "ok 1", () -> epoll()),
                new Check("waitid waits", "ok", () -> waitid()),
                new Check("read waits", "ok 1", () -> read()),
                new Check("write waits", "ok 1", () -> write()),
                new Check("openat of a FIFO waits", "ok", inDirectory(d -> fifo(d))),
                new Check("openat2 of a FIFO waits", "ok", inDirectory(d -> fifo2(d))),
                new Check("flock waits", "ok", inDirectory(d -> lock(d))),
                new Check(
                        "spawn beside collections",
                        "10 of 10 ended with 0",
                        () -> beside(() -> spawns())),
                new Check(
                        "errors beside collections",
                        "20000 of 20000 right",
                        () -> beside(() -> failures())));
    }

    /**
     * Runs a call in a thread of its own, collects garbage once the kernel says that it waits
     * there, and then lets it go.
     */
    private static String during(SyscallNumber number, Callable<String> call, Release release)
            throws Exception {
        CompletableFuture<Path> thread = new CompletableFuture<>();
        FutureTask<String> task =
                new FutureTask<>(
                        () -> {
                            thread.complete(Files.readSymbolicLink(Path.of("/proc/thread-self")));
                            return call.call();
                        });
        new Thread(task, "waits").start();
        Path doing = Path.of("/proc").resolve(thread.get()).resolve("syscall");
        String waiting = number.on(Architecture.CURRENT) + " ";
        while (!Files.readString(doing).startsWith(waiting)) {
            if (task.isDone()) {
                return "did not wait: " + task.get();
            }
        }
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        release.run();
        return task.get();
    }

    private static String poll() throws Exception {
        try (EventFd event = new EventFd();
                Memory fds = Memory.of(8)) {
            fds.bytes().putInt(0, event.fd().number()).putShort(4, (short) Poll.POLLIN);
            return during(
                    SyscallNumber.PPOLL, () -> word(SYSCALLS.poll(fds, 1, -1)), event::signal);
        }
    }

    private static String epoll() throws Exception {
        try (EventFd event = new EventFd();
                Memory interest = Memory.of(EVENT_SIZE);
                Memory events = Memory.of(EVENT_SIZE);
                Fd epoll = Fd.opened(SYSCALLS.epollCreate1(0), "epoll_create1", "")) {
            interest.bytes().putInt(0, Epoll.EPOLLIN);
            SYSCALLS.epollCtl(epoll.number(), 1, event.fd().number(), interest);
            return during(
                    SyscallNumber.EPOLL_PWAIT,
                    () -> word(SYSCALLS.epollWait(epoll.number(), events, 1)),
                    event::signal);
        }
    }

    private static String waitid() throws Exception {
        SpawnRequest request = SpawnRequest.of(List.of("/bin/sleep", "60"), ENV, List.of());
        try (Pidfd pidfd = Spawner.spawn(request).pidfd();
                Memory info = Memory.of(128)) {
            return during(
                    SyscallNumber.WAITID,
                    () -> word(SYSCALLS.waitid(3, pidfd.fd().number(), info, 4)),
                    () -> pidfd.signal(Signals.SIGKILL));
        }
    }

    private static String read() throws Exception {
        Fd[] pipe = Fd.pipe(0);
        try (Fd reader = pipe[0];
                Fd writer = pipe[1];
                Memory buffer = Memory.of(1)) {
            return during(
                    SyscallNumber.READ,
                    () -> word(SYSCALLS.read(reader.number(), buffer, 1)),
                    () -> writer.write(new byte[1]));
        }
    }

    private static String write() throws Exception {
        Fd[] pipe = Fd.pipe(0);
        try (Fd reader = pipe[0];
                Fd writer = pipe[1];
                Memory buffer = Memory.of(1)) {
            writer.write(new byte[PIPE_SIZE]);
            return during(
                    SyscallNumber.WRITE,
                    () -> word(SYSCALLS.write(writer.number(), buffer, 1)),
                    () -> reader.read(new byte[PIPE_SIZE], 0, PIPE_SIZE));
        }
    }

    private static String fifo(Path directory) throws Exception {
        Path fifo = directory.resolve("fifo");
        LinuxFiles.mkfifo(fifo, 0600);
        int flags = OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC;
        return during(
                SyscallNumber.OPENAT,
                () -> opened(SYSCALLS.openat(AT_FDCWD, fifo.toString(), flags, 0)),
                () -> Fd.open(fifo, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK).close());
    }

    private static String fifo2(Path directory) throws Exception {
        Path fifo = directory.resolve("fifo");
        LinuxFiles.mkfifo(fifo, 0600);
        return during(
                SyscallNumber.OPENAT2,
                () -> opened(SYSCALLS.openat2(AT_FDCWD, fifo.toString(), 1, 0, 0)),
                () -> Fd.open(fifo, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK).close());
    }

    private static String lock(Path directory) throws Exception {
        Path file = directory.resolve("lock");
        int flags = OpenFlags.O_RDWR | OpenFlags.O_CREAT;
        try (Fd first = Fd.open(file, flags, 0600);
                Fd second = Fd.open(file, flags, 0600)) {
            first.lock();
            return during(
                    SyscallNumber.FLOCK,
                    () -> accepted(SYSCALLS.flock(second.number(), 2)),
                    first::close);
        }
    }

    /** Runs it while another thread collects garbage all the time. */
    private static String beside(Callable<String> action) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread collector =
                new Thread(
                        () -> {
                            while (!over.get()) {
                                System.gc();
                            }
                        },
                        "collector");
        collector.start();
        try {
            return action.call();
        } finally {
            over.set(true);
            collector.join();
        }
    }

    private static String spawns() {
        int good = 0;
        for (int i = 0; i < SPAWNS; i++) {
            good += status(shell("exit 0")).shellStatus() == 0 ? 1 : 0;
        }
        return good + " of " + SPAWNS + " ended with 0";
    }

    private static String failures() {
        int right = 0;
        for (int i = 0; i < FAILURES; i++) {
            boolean waiting = (i & 1) == 0;
            long result = waiting ? SYSCALLS.chdir("/no/such") : SYSCALLS.pidfdSendSignal(-1, 0);
            Errno expected = waiting ? Errno.ENOENT : Errno.EBADF;
            right += result == -expected.number() ? 1 : 0;
        }
        return right + " of " + FAILURES + " right";
    }
}
