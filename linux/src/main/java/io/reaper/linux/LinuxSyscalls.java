package io.reaper.linux;

import java.util.Locale;

/**
 * Puts arguments into registers and strings into C memory. Whatever touches a file goes through
 * {@link #block}: a network disk, or a file system that a process serves, may let it wait, and no
 * thread could collect garbage until then. What is left for {@link #call} only changes tables of
 * the kernel.
 */
final class LinuxSyscalls implements Syscalls {

    static final Syscalls INSTANCE = new LinuxSyscalls();

    private static final Kernel KERNEL = Kernels.CURRENT;
    private static final int SIGSET_SIZE = 8;

    private static long call(SyscallNumber n, long a, long b, long c, long d, long e) {
        return known(n, KERNEL.call(n.on(Architecture.CURRENT), a, b, c, d, e, 0));
    }

    private static long block(SyscallNumber n, long a, long b, long c, long d, long e) {
        return known(n, KERNEL.block(n.on(Architecture.CURRENT), a, b, c, d, e, 0));
    }

    /** An old kernel is told by the name of what it lacks, not by what was to be done with it. */
    private static long known(SyscallNumber n, long result) {
        if (result == -Errno.ENOSYS.number() && n.isYoung()) {
            throw new LinuxException(n.name().toLowerCase(Locale.ROOT), "", Errno.ENOSYS);
        }
        return result;
    }

    @Override
    public long openat(int dirfd, String path, int flags, int mode) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.OPENAT, dirfd, p.address(), flags, mode, 0);
        }
    }

    @Override
    public long openat2(int dirfd, String path, long flags, long mode, long resolve) {
        try (Memory p = Memory.string(path);
                Memory how = Memory.of(24)) {
            how.bytes().putLong(0, flags).putLong(8, mode).putLong(16, resolve);
            return block(SyscallNumber.OPENAT2, dirfd, p.address(), how.address(), 24, 0);
        }
    }

    @Override
    public long close(int fd) {
        return block(SyscallNumber.CLOSE, fd, 0, 0, 0, 0);
    }

    @Override
    public long read(int fd, Memory buffer, int count) {
        return block(SyscallNumber.READ, fd, buffer.address(), count, 0, 0);
    }

    @Override
    public long read(int fd, Memory buffer, int offset, int count) {
        return block(SyscallNumber.READ, fd, buffer.address() + offset, count, 0, 0);
    }

    @Override
    public long write(int fd, Memory buffer, int count) {
        return block(SyscallNumber.WRITE, fd, buffer.address(), count, 0, 0);
    }

    @Override
    public long write(int fd, Memory buffer, int offset, int count) {
        return block(SyscallNumber.WRITE, fd, buffer.address() + offset, count, 0, 0);
    }

    @Override
    public long lseek(int fd, long offset, int whence) {
        return block(SyscallNumber.LSEEK, fd, offset, whence, 0, 0);
    }

    @Override
    public long fsync(int fd) {
        return block(SyscallNumber.FSYNC, fd, 0, 0, 0, 0);
    }

    @Override
    public long fcntl(int fd, int command, long argument) {
        return call(SyscallNumber.FCNTL, fd, command, argument, 0, 0);
    }

    @Override
    public long dup3(int fd, int target, int flags) {
        return block(SyscallNumber.DUP3, fd, target, flags, 0, 0);
    }

    @Override
    public long ioctl(int fd, long request, Memory argument) {
        return block(SyscallNumber.IOCTL, fd, request, argument.address(), 0, 0);
    }

    @Override
    public long ioctl(int fd, long request, long argument) {
        return block(SyscallNumber.IOCTL, fd, request, argument, 0, 0);
    }

    @Override
    public long flock(int fd, int operation) {
        return block(SyscallNumber.FLOCK, fd, operation, 0, 0, 0);
    }

    @Override
    public long statx(int dirfd, String path, int flags, int mask, Memory result) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.STATX, dirfd, p.address(), flags, mask, result.address());
        }
    }

    @Override
    public long statfs(String path, Memory result) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.STATFS, p.address(), result.address(), 0, 0, 0);
        }
    }

    @Override
    public long faccessat2(int dirfd, String path, int mode, int flags) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.FACCESSAT2, dirfd, p.address(), mode, flags, 0);
        }
    }

    @Override
    public long fchown(int fd, int uid, int gid) {
        return block(SyscallNumber.FCHOWN, fd, uid, gid, 0, 0);
    }

    @Override
    public long fchmod(int fd, int mode) {
        return block(SyscallNumber.FCHMOD, fd, mode, 0, 0, 0);
    }

    @Override
    public long fchmodat(String path, int mode) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.FCHMODAT, AT_FDCWD, p.address(), mode, 0, 0);
        }
    }

    @Override
    public long mkdirat(int dirfd, String path, int mode) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.MKDIRAT, dirfd, p.address(), mode, 0, 0);
        }
    }

    @Override
    public long mknodat(int dirfd, String path, int mode, int device) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.MKNODAT, dirfd, p.address(), mode, device, 0);
        }
    }

    @Override
    public long unlinkat(int dirfd, String path, int flags) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.UNLINKAT, dirfd, p.address(), flags, 0, 0);
        }
    }

    @Override
    public long renameat2(String from, String to, int flags) {
        try (Memory f = Memory.string(from);
                Memory t = Memory.string(to)) {
            return block(
                    SyscallNumber.RENAMEAT2, AT_FDCWD, f.address(), AT_FDCWD, t.address(), flags);
        }
    }

    @Override
    public long readlinkat(int dirfd, String path, Memory target, int size) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.READLINKAT, dirfd, p.address(), target.address(), size, 0);
        }
    }

    @Override
    public long pipe2(Memory fds, int flags) {
        return call(SyscallNumber.PIPE2, fds.address(), flags, 0, 0, 0);
    }

    @Override
    public long socketpair(int domain, int type, int protocol, Memory fds) {
        return call(SyscallNumber.SOCKETPAIR, domain, type, protocol, fds.address(), 0);
    }

    @Override
    public long socket(int domain, int type, int protocol) {
        return call(SyscallNumber.SOCKET, domain, type, protocol, 0, 0);
    }

    @Override
    public long connect(int fd, Memory address, int length) {
        return block(SyscallNumber.CONNECT, fd, address.address(), length, 0, 0);
    }

    @Override
    public long bind(int fd, Memory address, int length) {
        return block(SyscallNumber.BIND, fd, address.address(), length, 0, 0);
    }

    @Override
    public long listen(int fd, int backlog) {
        return call(SyscallNumber.LISTEN, fd, backlog, 0, 0, 0);
    }

    @Override
    public long accept4(int fd, int flags) {
        return block(SyscallNumber.ACCEPT4, fd, 0, 0, flags, 0);
    }

    @Override
    public long sendmsg(int fd, Memory header, int flags) {
        return block(SyscallNumber.SENDMSG, fd, header.address(), flags, 0, 0);
    }

    @Override
    public long recvmsg(int fd, Memory header, int flags) {
        return block(SyscallNumber.RECVMSG, fd, header.address(), flags, 0, 0);
    }

    @Override
    public long memfdCreate(String name, int flags) {
        try (Memory n = Memory.string(name)) {
            return call(SyscallNumber.MEMFD_CREATE, n.address(), flags, 0, 0, 0);
        }
    }

    @Override
    public long madvise(long address, long length, int advice) {
        return call(SyscallNumber.MADVISE, address, length, advice, 0, 0);
    }

    @Override
    public long poll(Memory fds, int count, int timeoutMillis) {
        if (timeoutMillis < 0) {
            return block(SyscallNumber.PPOLL, fds.address(), count, 0, 0, 0);
        }
        try (Memory timespec = Memory.of(16)) {
            timespec.bytes()
                    .putLong(0, timeoutMillis / 1000)
                    .putLong(8, timeoutMillis % 1000 * 1_000_000L);
            return block(SyscallNumber.PPOLL, fds.address(), count, timespec.address(), 0, 0);
        }
    }

    @Override
    public long epollCreate1(int flags) {
        return call(SyscallNumber.EPOLL_CREATE1, flags, 0, 0, 0, 0);
    }

    @Override
    public long epollCtl(int epfd, int operation, int fd, Memory event) {
        return call(SyscallNumber.EPOLL_CTL, epfd, operation, fd, event.address(), 0);
    }

    @Override
    public long epollWait(int epfd, Memory events, int count) {
        return KERNEL.block(
                SyscallNumber.EPOLL_PWAIT.on(Architecture.CURRENT),
                epfd,
                events.address(),
                count,
                -1,
                0,
                SIGSET_SIZE);
    }

    @Override
    public long eventfd2(int initial, int flags) {
        return call(SyscallNumber.EVENTFD2, initial, flags, 0, 0, 0);
    }

    @Override
    public long inotifyInit1(int flags) {
        return call(SyscallNumber.INOTIFY_INIT1, flags, 0, 0, 0, 0);
    }

    @Override
    public long inotifyAddWatch(int fd, String path, int mask) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.INOTIFY_ADD_WATCH, fd, p.address(), mask, 0, 0);
        }
    }

    @Override
    public long inotifyRmWatch(int fd, int watch) {
        return call(SyscallNumber.INOTIFY_RM_WATCH, fd, watch, 0, 0, 0);
    }

    @Override
    public long pidfdOpen(int pid, int flags) {
        return call(SyscallNumber.PIDFD_OPEN, pid, flags, 0, 0, 0);
    }

    @Override
    public long pidfdSendSignal(int pidfd, int signal) {
        return call(SyscallNumber.PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0, 0);
    }

    @Override
    public long kill(int pid, int signal) {
        return call(SyscallNumber.KILL, pid, signal, 0, 0, 0);
    }

    @Override
    public long waitid(int idType, int id, Memory siginfo, int options) {
        return block(SyscallNumber.WAITID, idType, id, siginfo.address(), options, 0);
    }

    @Override
    public long getpid() {
        return call(SyscallNumber.GETPID, 0, 0, 0, 0, 0);
    }

    @Override
    public long rtSigaction(int signal, Memory action) {
        return call(SyscallNumber.RT_SIGACTION, signal, action.address(), 0, SIGSET_SIZE, 0);
    }

    @Override
    public long chdir(String path) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.CHDIR, p.address(), 0, 0, 0, 0);
        }
    }

    @Override
    public long umask(int mask) {
        return call(SyscallNumber.UMASK, mask, 0, 0, 0, 0);
    }

    @Override
    public long prctl(int option, long a, long b, long c, long d) {
        return call(SyscallNumber.PRCTL, option, a, b, c, d);
    }

    @Override
    public long prlimit64(int pid, int resource, Memory newLimit, Memory oldLimit) {
        return call(
                SyscallNumber.PRLIMIT64,
                pid,
                resource,
                newLimit == null ? 0 : newLimit.address(),
                oldLimit == null ? 0 : oldLimit.address(),
                0);
    }

    @Override
    public long schedSetattr(int pid, Memory attributes) {
        return call(SyscallNumber.SCHED_SETATTR, pid, attributes.address(), 0, 0, 0);
    }

    @Override
    public long ioprioSet(int which, int who, int priority) {
        return call(SyscallNumber.IOPRIO_SET, which, who, priority, 0, 0);
    }

    @Override
    public long keyctlJoinSessionKeyring(String name) {
        try (Memory n = Memory.string(name)) {
            return call(SyscallNumber.KEYCTL, 1, n.address(), 0, 0, 0);
        }
    }

    @Override
    public long geteuid() {
        return call(SyscallNumber.GETEUID, 0, 0, 0, 0, 0);
    }

    @Override
    public long setgroups(int[] groups) {
        try (Memory list = Memory.of(Integer.BYTES * groups.length)) {
            for (int i = 0; i < groups.length; i++) {
                list.bytes().putInt(i * Integer.BYTES, groups[i]);
            }
            return call(SyscallNumber.SETGROUPS, groups.length, list.address(), 0, 0, 0);
        }
    }

    @Override
    public long setgid(int gid) {
        return call(SyscallNumber.SETGID, gid, 0, 0, 0, 0);
    }

    @Override
    public long setuid(int uid) {
        return call(SyscallNumber.SETUID, uid, 0, 0, 0, 0);
    }

    @Override
    public long capget(Memory header, Memory data) {
        return call(SyscallNumber.CAPGET, header.address(), data.address(), 0, 0, 0);
    }

    @Override
    public long capset(Memory header, Memory data) {
        return call(SyscallNumber.CAPSET, header.address(), data.address(), 0, 0, 0);
    }

    @Override
    public long mount(String source, String target, String type, long flags, String data) {
        try (Memory s = nullable(source);
                Memory t = Memory.string(target);
                Memory y = nullable(type);
                Memory d = nullable(data)) {
            return block(
                    SyscallNumber.MOUNT, address(s), t.address(), address(y), flags, address(d));
        }
    }

    @Override
    public long umount2(String target, int flags) {
        try (Memory t = Memory.string(target)) {
            return block(SyscallNumber.UMOUNT2, t.address(), flags, 0, 0, 0);
        }
    }

    private static Memory nullable(String text) {
        return text == null ? null : Memory.string(text);
    }

    private static long address(Memory memory) {
        return memory == null ? 0 : memory.address();
    }
}
