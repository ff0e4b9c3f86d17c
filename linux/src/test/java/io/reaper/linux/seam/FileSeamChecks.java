package io.reaper.linux.seam;

import static io.reaper.linux.seam.SeamChecks.SYSCALLS;
import static io.reaper.linux.seam.SeamChecks.accepted;
import static io.reaper.linux.seam.SeamChecks.inDirectory;
import static io.reaper.linux.seam.SeamChecks.opened;
import static io.reaper.linux.seam.SeamChecks.word;
import static io.reaper.linux.seam.Syscalls.AT_FDCWD;

import io.reaper.linux.event.Epoll;
import io.reaper.linux.event.EventFd;
import io.reaper.linux.event.Inotify;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.seam.SeamChecks.Check;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Calls that succeed: files, descriptors, events, limits. */
final class FileSeamChecks {

    private static final int S_IFIFO = 0x1000;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int F_GETFD = 1;
    private static final int F_SETFD = 2;
    private static final int FIRST_UNUSED = 3;

    private FileSeamChecks() {}

    static List<Check> list() {
        return List.of(
                new Check("openat", "ok", () -> opened(open("/dev/null", OpenFlags.O_RDWR))),
                new Check("openat2 beneath", "ok", inDirectory(d -> beneath(d, "file"))),
                new Check("write, lseek, read", "ok ok 3 bc!", () -> writeAndRead()),
                new Check("fsync", "ok", inDirectory(d -> sync(d))),
                new Check("mkdirat, statx", "ok directory 700", inDirectory(d -> makeDirectory(d))),
                new Check("mknodat, fchmodat", "ok ok fifo 622", inDirectory(d -> makeFifo(d))),
                new Check("fchmod, fchown", "ok ok 640", inDirectory(d -> change(d))),
                new Check("unlinkat", "ok ok gone", inDirectory(d -> unlink(d))),
                new Check("faccessat2", "ok", () -> word(access("/bin/sh"))),
                new Check("pipe2", "ok 2 hi", () -> pipe()),
                new Check("socketpair keeps messages apart", "ok 1 2", () -> messages()),
                new Check("fcntl duplicates", "ok x", () -> duplicate()),
                new Check("close-on-exec from a descriptor on", "ok 1", () -> closeOnExec()),
                new Check(
                        "the same before Linux 5.11",
                        "ok 1",
                        () ->
                                SyscallFilter.refusing(
                                        "close_range", Errno.EINVAL, () -> closeOnExec())),
                new Check("eventfd2 counts", "ok 8 5", () -> eventCounter()),
                new Check("inotify tells a new file", "ok 1 256 new", inDirectory(d -> notify(d))),
                new Check("epoll tells tokens", "2 tokens 11+22", () -> tokens()),
                new Check("poll tells a hang-up", "ok 1 16", () -> hangUp()),
                new Check("poll ends at its deadline", "ok 0", () -> pollNothing()),
                new Check("umask", "ok 18", () -> umask()),
                new Check("prlimit64", "ok true", () -> limits()),
                new Check("capget", "ok", () -> capabilities()));
    }

    static long open(String path, int flags) {
        return SYSCALLS.openat(AT_FDCWD, path, flags | OpenFlags.O_CLOEXEC, 0600);
    }

    static long access(String path) {
        int executable = 1;
        return SYSCALLS.faccessat2(AT_FDCWD, path, executable, 0);
    }

    static String beneath(Path directory, String path) throws Exception {
        int beneathWithoutLinks = 0x0c;
        Files.writeString(directory.resolve("file"), "");
        Files.createSymbolicLink(directory.resolve("link"), Path.of("file"));
        try (Fd fd = Fd.open(directory, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY)) {
            return opened(SYSCALLS.openat2(fd.number(), path, 0, 0, beneathWithoutLinks));
        }
    }

    private static String writeAndRead() {
        try (Fd file = Fd.memory("file");
                Memory buffer = Memory.of(8)) {
            file.write("abc!".getBytes(StandardCharsets.UTF_8));
            long position = SYSCALLS.lseek(file.number(), 1, 0);
            long count = SYSCALLS.read(file.number(), buffer, 8);
            return accepted(position) + " " + word(count) + " " + text(buffer, count);
        }
    }

    private static String text(Memory buffer, long count) {
        byte[] bytes = new byte[(int) Math.max(0, count)];
        buffer.bytes().get(0, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String sync(Path directory) {
        try (Fd fd = Fd.open(directory, OpenFlags.O_RDONLY)) {
            return word(SYSCALLS.fsync(fd.number()));
        }
    }

    private static String makeDirectory(Path directory) {
        Path made = directory.resolve("größe");
        long result = SYSCALLS.mkdirat(AT_FDCWD, made.toString(), 0700);
        FileStat stat = FileStat.ofNoFollow(made);
        return word(result)
                + (stat.isDirectory() ? " directory " : " other ")
                + Integer.toOctalString(stat.permissions());
    }

    private static String makeFifo(Path directory) {
        String fifo = directory.resolve("fifo").toString();
        long made = SYSCALLS.mknodat(AT_FDCWD, fifo, S_IFIFO | 0600, 0);
        long changed = SYSCALLS.fchmodat(AT_FDCWD, fifo, 0622);
        FileStat stat = FileStat.of(Path.of(fifo));
        return word(made)
                + " "
                + word(changed)
                + (stat.isFifo() ? " fifo " : " other ")
                + Integer.toOctalString(stat.permissions());
    }

    private static String change(Path directory) {
        int flags = OpenFlags.O_WRONLY | OpenFlags.O_CREAT;
        try (Fd file = Fd.open(directory.resolve("file"), flags, 0600)) {
            FileStat before = file.stat();
            long mode = SYSCALLS.fchmod(file.number(), 0640);
            long owner = SYSCALLS.fchown(file.number(), before.uid(), before.gid());
            String permissions = Integer.toOctalString(file.stat().permissions());
            return word(mode) + " " + word(owner) + " " + permissions;
        }
    }

    private static String unlink(Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        Path below = Files.createDirectory(directory.resolve("below"));
        long first = SYSCALLS.unlinkat(AT_FDCWD, file.toString(), 0);
        long second = SYSCALLS.unlinkat(AT_FDCWD, below.toString(), AT_REMOVEDIR);
        boolean gone = Files.notExists(file) && Files.notExists(below);
        return word(first) + " " + word(second) + (gone ? " gone" : " there");
    }

    private static String pipe() {
        Fd[] pipe = Fd.pipe(0);
        try (Fd reader = pipe[0];
                Fd writer = pipe[1];
                Memory buffer = Memory.of(8)) {
            writer.write("hi".getBytes(StandardCharsets.UTF_8));
            long count = SYSCALLS.read(reader.number(), buffer, 8);
            return word(count) + " " + text(buffer, count);
        }
    }

    private static String messages() {
        Fd[] pair = Fd.socketPair();
        try (Fd a = pair[0];
                Fd b = pair[1];
                Memory buffer = Memory.of(8)) {
            a.write(new byte[1]);
            a.write(new byte[2]);
            long first = SYSCALLS.read(b.number(), buffer, 8);
            return word(first) + " " + SYSCALLS.read(b.number(), buffer, 8);
        }
    }

    private static String duplicate() {
        try (Fd file = Fd.memory("file");
                Fd second = file.duplicate()) {
            file.write(new byte[] {'x'});
            boolean another = second.number() != file.number();
            return (another ? "ok " : "the same ") + SeamChecks.content(second);
        }
    }

    private static String closeOnExec() {
        try (Fd file = Fd.memory("file")) {
            SYSCALLS.fcntl(file.number(), F_SETFD, 0);
            long result = Kernels.CURRENT.closeOnExecFrom(FIRST_UNUSED);
            return word(result) + " " + SYSCALLS.fcntl(file.number(), F_GETFD, 0);
        }
    }

    private static String eventCounter() {
        try (EventFd event = new EventFd();
                Memory counter = Memory.of(Long.BYTES)) {
            counter.bytes().putLong(0, 5);
            SYSCALLS.write(event.fd().number(), counter, Long.BYTES);
            counter.bytes().putLong(0, 0);
            long count = SYSCALLS.read(event.fd().number(), counter, Long.BYTES);
            return word(count) + " " + counter.bytes().getLong(0);
        }
    }

    private static String notify(Path directory) throws Exception {
        int created = 0x100;
        try (Inotify inotify = new Inotify()) {
            long watch =
                    SYSCALLS.inotifyAddWatch(inotify.fd().number(), directory.toString(), created);
            Files.writeString(directory.resolve("new"), "");
            List<Inotify.Event> events = inotify.read();
            long ended = SYSCALLS.inotifyRmWatch(inotify.fd().number(), (int) watch);
            Inotify.Event event = events.getFirst();
            return word(ended) + " " + events.size() + " " + event.mask() + " " + event.name();
        }
    }

    private static String tokens() {
        try (Epoll epoll = new Epoll();
                EventFd a = new EventFd();
                EventFd b = new EventFd()) {
            epoll.add(a.fd(), Epoll.EPOLLIN, 11);
            epoll.add(b.fd(), Epoll.EPOLLIN, 22);
            a.signal();
            b.signal();
            List<Long> tokens = epoll.await().stream().map(Epoll.Ready::token).sorted().toList();
            return tokens.size() + " tokens " + tokens.getFirst() + "+" + tokens.getLast();
        }
    }

    private static String hangUp() {
        Fd[] pipe = Fd.pipe(0);
        pipe[1].close();
        try (Fd reader = pipe[0];
                Memory fds = Memory.of(8)) {
            fds.bytes().putInt(0, reader.number()).putShort(4, (short) Poll.POLLIN);
            return word(SYSCALLS.poll(fds, 1, -1)) + " " + fds.bytes().getShort(6);
        }
    }

    private static String pollNothing() {
        Fd[] pipe = Fd.pipe(0);
        try (Fd reader = pipe[0];
                Fd writer = pipe[1];
                Memory fds = Memory.of(8)) {
            fds.bytes().putInt(0, reader.number()).putShort(4, (short) Poll.POLLIN);
            return word(SYSCALLS.poll(fds, writer.number() < 0 ? 0 : 1, 3))
                    + " "
                    + fds.bytes().getShort(6);
        }
    }

    private static String umask() {
        int groupAndOthersWrite = 022;
        long before = SYSCALLS.umask(groupAndOthersWrite);
        return word(SYSCALLS.umask((int) before));
    }

    private static String limits() {
        int descriptors = 7;
        try (Memory old = Memory.of(16);
                Memory again = Memory.of(16)) {
            SYSCALLS.prlimit64(0, descriptors, null, old);
            long result = SYSCALLS.prlimit64(0, descriptors, old, again);
            boolean soft = old.bytes().getLong(0) == again.bytes().getLong(0);
            return word(result)
                    + " "
                    + (soft && old.bytes().getLong(8) == again.bytes().getLong(8));
        }
    }

    private static String capabilities() {
        try (Memory header = Memory.of(8);
                Memory data = Memory.of(24)) {
            header.bytes().putInt(0, 0x20080522);
            return word(SYSCALLS.capget(header, data));
        }
    }
}
