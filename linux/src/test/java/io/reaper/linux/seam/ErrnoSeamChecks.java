package io.reaper.linux.seam;

import static io.reaper.linux.seam.SeamChecks.SYSCALLS;
import static io.reaper.linux.seam.SeamChecks.inDirectory;
import static io.reaper.linux.seam.SeamChecks.word;
import static io.reaper.linux.seam.Syscalls.AT_FDCWD;

import io.reaper.linux.event.EventFd;
import io.reaper.linux.event.Inotify;
import io.reaper.linux.file.Fd;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.seam.SeamChecks.Check;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Calls that fail, each with its own error. */
final class ErrnoSeamChecks {

    private static final String MISSING = "/no/such/file";
    private static final int NO_PID = Integer.MAX_VALUE;
    private static final int WRONG_FLAGS = 0x4000_0000;
    private static final int AF_UNIX = 1;
    private static final int STREAM = 1;

    private ErrnoSeamChecks() {}

    private static Check fails(String name, Errno errno, LongSupplier call) {
        return new Check(name, errno.text(), () -> word(call.getAsLong()));
    }

    private static Check failsInDirectory(String name, Errno errno, SeamChecks.InDirectory body) {
        return new Check(name, errno.text(), inDirectory(body));
    }

    static List<Check> list() {
        List<Check> all = new ArrayList<>(files());
        all.addAll(descriptors());
        all.addAll(processes());
        all.add(
                new Check(
                        "what an old kernel lacks is named",
                        "pidfd_open: function not implemented (Linux VERSION: its configuration or"
                                + " a seccomp filter leaves it out)",
                        () -> SyscallFilter.refusing("pidfd_open", Errno.ENOSYS, () -> lacking())));
        return all;
    }

    private static String lacking() {
        try {
            Pidfd.open(1).close();
            return "not refused";
        } catch (LinuxException e) {
            return e.getMessage().replace(System.getProperty("os.version"), "VERSION");
        }
    }

    private static List<Check> files() {
        return List.of(
                fails("openat, nothing there", Errno.ENOENT, () -> open(MISSING, 0)),
                fails("openat, a directory to write", Errno.EISDIR, () -> open("/", 1)),
                fails(
                        "openat, O_DIRECTORY and a file",
                        Errno.ENOTDIR,
                        () -> open("/dev/null", OpenFlags.O_DIRECTORY)),
                fails(
                        "openat, O_NOFOLLOW and a link",
                        Errno.ELOOP,
                        () -> open("/proc/self", OpenFlags.O_NOFOLLOW)),
                fails(
                        "openat, O_EXCL and a file",
                        Errno.EEXIST,
                        () -> open("/dev/null", OpenFlags.O_CREAT | OpenFlags.O_EXCL)),
                fails("openat, a long name", Errno.ENAMETOOLONG, () -> open("x".repeat(256), 0)),
                failsInDirectory("openat2, a link", Errno.ELOOP, d -> beneath(d, "link")),
                failsInDirectory("openat2, a way out", new Errno(18), d -> beneath(d, "../x")),
                failsInDirectory("openat2, from the root", new Errno(18), d -> beneath(d, "/etc")),
                fails(
                        "openat2, unknown flags",
                        Errno.EINVAL,
                        () -> SYSCALLS.openat2(AT_FDCWD, "/", 0, 0, 1L << 40)),
                fails("statx, nothing there", Errno.ENOENT, () -> stat(MISSING)),
                fails("statx, below a file", Errno.ENOTDIR, () -> stat("/dev/null/x")),
                fails(
                        "faccessat2, no program",
                        Errno.EACCES,
                        () -> FileSeamChecks.access("/proc/self/status")),
                fails(
                        "mkdirat, there already",
                        Errno.EEXIST,
                        () -> SYSCALLS.mkdirat(AT_FDCWD, "/", 0)),
                fails(
                        "mknodat, nothing there",
                        Errno.ENOENT,
                        () -> SYSCALLS.mknodat(AT_FDCWD, MISSING, 0x1000, 0)),
                failsInDirectory("unlinkat, not empty", Errno.ENOTEMPTY, d -> unlinkFull(d)),
                fails(
                        "fchmodat, nothing there",
                        Errno.ENOENT,
                        () -> SYSCALLS.fchmodat(AT_FDCWD, MISSING, 0600)),
                fails("chdir, nothing there", Errno.ENOENT, () -> SYSCALLS.chdir(MISSING)),
                fails(
                        "mount, nothing there",
                        Errno.ENOENT,
                        () -> SYSCALLS.mount(null, MISSING, "tmpfs", 0, null)),
                fails(
                        "umount2, unknown flags",
                        Errno.EINVAL,
                        () -> SYSCALLS.umount2(MISSING, WRONG_FLAGS)),
                fails("inotify_add_watch, nothing there", Errno.ENOENT, () -> watch(MISSING)));
    }

    private static List<Check> descriptors() {
        return List.of(
                fails("close, no descriptor", Errno.EBADF, () -> SYSCALLS.close(-1)),
                fails("fsync, no descriptor", Errno.EBADF, () -> SYSCALLS.fsync(-1)),
                fails("fchmod, no descriptor", Errno.EBADF, () -> SYSCALLS.fchmod(-1, 0)),
                fails("fchown, no descriptor", Errno.EBADF, () -> SYSCALLS.fchown(-1, 0, 0)),
                fails("fcntl, unknown command", Errno.EINVAL, () -> SYSCALLS.fcntl(0, 9999, 0)),
                fails("lseek, a pipe", new Errno(29), () -> seekPipe()),
                fails("read, nothing there yet", Errno.EAGAIN, () -> readEmpty()),
                fails("write, only to be read", Errno.EBADF, () -> writeReadOnly()),
                failsInDirectory("flock, held", Errno.EAGAIN, d -> lockTwice(d)),
                fails("flock, unknown operation", Errno.EINVAL, () -> SYSCALLS.flock(0, 16)),
                fails("pipe2, unknown flags", Errno.EINVAL, () -> pipe()),
                fails("socket, unknown family", new Errno(97), () -> SYSCALLS.socket(9999, 1, 0)),
                fails("socketpair, unknown type", new Errno(94), () -> socketPair()),
                fails("connect, nothing there", Errno.ENOENT, () -> connect(MISSING)),
                fails("connect, no socket", Errno.ECONNREFUSED, () -> connect("/dev/null")),
                fails(
                        "memfd_create, unknown flags",
                        Errno.EINVAL,
                        () -> SYSCALLS.memfdCreate("x", WRONG_FLAGS)),
                fails(
                        "epoll_create1, unknown flags",
                        Errno.EINVAL,
                        () -> SYSCALLS.epollCreate1(WRONG_FLAGS)),
                fails("epoll_ctl, twice", Errno.EEXIST, () -> addTwice()),
                fails("epoll_wait, no epoll", Errno.EINVAL, () -> waitWithoutEpoll()),
                fails(
                        "eventfd2, unknown flags",
                        Errno.EINVAL,
                        () -> SYSCALLS.eventfd2(0, WRONG_FLAGS)),
                fails(
                        "inotify_init1, unknown flags",
                        Errno.EINVAL,
                        () -> SYSCALLS.inotifyInit1(WRONG_FLAGS)),
                fails("inotify_rm_watch, unknown", Errno.EINVAL, () -> unwatch()));
    }

    private static List<Check> processes() {
        return List.of(
                fails("pidfd_open, no process", Errno.ESRCH, () -> SYSCALLS.pidfdOpen(NO_PID, 0)),
                fails("pidfd_open, no pid", Errno.EINVAL, () -> SYSCALLS.pidfdOpen(-1, 0)),
                fails(
                        "pidfd_send_signal, no descriptor",
                        Errno.EBADF,
                        () -> SYSCALLS.pidfdSendSignal(-1, 0)),
                fails("kill, no process", Errno.ESRCH, () -> SYSCALLS.kill(NO_PID, 0)),
                fails("kill, unknown signal", Errno.EINVAL, () -> SYSCALLS.kill(selfPid(), 65)),
                fails("waitid, no child", Errno.ECHILD, () -> waitForSelf()),
                fails("waitid, unknown type", Errno.EINVAL, () -> waitid(99, 0)),
                fails(
                        "prctl, unknown option",
                        Errno.EINVAL,
                        () -> SYSCALLS.prctl(9999, 0, 0, 0, 0)),
                fails(
                        "prlimit64, unknown resource",
                        Errno.EINVAL,
                        () -> SYSCALLS.prlimit64(0, 99, null, null)),
                fails("sched_setattr, unknown policy", Errno.EINVAL, () -> schedule()),
                fails(
                        "ioprio_set, unknown class",
                        Errno.EINVAL,
                        () -> SYSCALLS.ioprioSet(1, 0, -1)),
                fails("setuid, no user", Errno.EINVAL, () -> SYSCALLS.setuid(-1)),
                fails("setgid, no group", Errno.EINVAL, () -> SYSCALLS.setgid(-1)),
                fails("capget, unknown version", Errno.EINVAL, () -> capget()),
                fails("capset, another process", Errno.EPERM, () -> capset()));
    }

    private static long open(String path, int flags) {
        return FileSeamChecks.open(path, flags);
    }

    private static String beneath(Path directory, String path) throws Exception {
        return FileSeamChecks.beneath(directory, path);
    }

    private static long stat(String path) {
        try (Memory statx = Memory.of(256)) {
            return SYSCALLS.statx(AT_FDCWD, path, 0, 0x7ff, statx);
        }
    }

    private static String unlinkFull(Path directory) throws Exception {
        Files.writeString(directory.resolve("file"), "");
        return word(SYSCALLS.unlinkat(AT_FDCWD, directory.toString(), 0x200));
    }

    private static long watch(String path) {
        try (Inotify inotify = new Inotify()) {
            return SYSCALLS.inotifyAddWatch(inotify.fd().number(), path, 1);
        }
    }

    private static long unwatch() {
        try (Inotify inotify = new Inotify()) {
            return SYSCALLS.inotifyRmWatch(inotify.fd().number(), 77);
        }
    }

    private static long seekPipe() {
        Fd[] pipe = Fd.pipe(0);
        try (Fd reader = pipe[0];
                Fd writer = pipe[1]) {
            return SYSCALLS.lseek(reader.number(), writer.number(), 0);
        }
    }

    private static long readEmpty() {
        Fd[] pipe = Fd.pipe(OpenFlags.O_NONBLOCK);
        try (Fd reader = pipe[0];
                Fd writer = pipe[1];
                Memory buffer = Memory.of(1)) {
            return SYSCALLS.read(reader.number(), buffer, writer.number() < 0 ? 0 : 1);
        }
    }

    private static long writeReadOnly() {
        try (Fd file = Fd.open(Path.of("/dev/null"), OpenFlags.O_RDONLY);
                Memory buffer = Memory.of(1)) {
            return SYSCALLS.write(file.number(), buffer, 1);
        }
    }

    private static String lockTwice(Path directory) {
        Path file = directory.resolve("lock");
        int flags = OpenFlags.O_RDWR | OpenFlags.O_CREAT;
        int exclusiveWithoutWaiting = 6;
        try (Fd first = Fd.open(file, flags, 0600);
                Fd second = Fd.open(file, flags, 0600)) {
            first.lock();
            return word(SYSCALLS.flock(second.number(), exclusiveWithoutWaiting));
        }
    }

    private static long pipe() {
        try (Memory fds = Memory.of(8)) {
            return SYSCALLS.pipe2(fds, WRONG_FLAGS);
        }
    }

    private static long socketPair() {
        try (Memory fds = Memory.of(8)) {
            return SYSCALLS.socketpair(AF_UNIX, 9, 0, fds);
        }
    }

    private static long connect(String path) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        int length = Short.BYTES + name.length + 1;
        try (Fd socket = Fd.opened(SYSCALLS.socket(AF_UNIX, STREAM, 0), "socket", "");
                Memory address = Memory.of(length)) {
            address.bytes().putShort(0, (short) AF_UNIX).put(Short.BYTES, name);
            return SYSCALLS.connect(socket.number(), address, length);
        }
    }

    private static long addTwice() {
        int add = 1;
        try (Fd epoll = Fd.opened(SYSCALLS.epollCreate1(0), "epoll_create1", "");
                EventFd watched = new EventFd();
                Memory event = Memory.of(EpollLayout.CURRENT.size())) {
            SYSCALLS.epollCtl(epoll.number(), add, watched.fd().number(), event);
            return SYSCALLS.epollCtl(epoll.number(), add, watched.fd().number(), event);
        }
    }

    private static long waitWithoutEpoll() {
        try (EventFd other = new EventFd();
                Memory events = Memory.of(EpollLayout.CURRENT.size())) {
            return SYSCALLS.epollWait(other.fd().number(), events, 1);
        }
    }

    private static int selfPid() {
        return (int) ProcessHandle.current().pid();
    }

    private static long waitForSelf() {
        try (Pidfd self = Pidfd.open(selfPid())) {
            return waitid(3, self.fd().number());
        }
    }

    private static long waitid(int type, int id) {
        int exited = 4;
        try (Memory info = Memory.of(128)) {
            return SYSCALLS.waitid(type, id, info, exited);
        }
    }

    private static long schedule() {
        try (Memory attributes = Memory.of(56)) {
            attributes.bytes().putInt(0, 56).putInt(4, 99);
            return SYSCALLS.schedSetattr(0, attributes);
        }
    }

    private static long capget() {
        try (Memory header = Memory.of(8);
                Memory data = Memory.of(24)) {
            return SYSCALLS.capget(header, data);
        }
    }

    private static long capset() {
        try (Memory header = Memory.of(8);
                Memory data = Memory.of(24)) {
            header.bytes().putInt(0, 0x20080522).putInt(4, NO_PID);
            return SYSCALLS.capset(header, data);
        }
    }
}
