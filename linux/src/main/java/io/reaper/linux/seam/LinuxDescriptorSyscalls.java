package io.reaper.linux.seam;

import java.util.Locale;

/**
 * Puts arguments into registers and strings into C memory. Whatever touches a file goes through
 * {@link #block}: a network disk, or a file system that a process serves, may let it wait, and no
 * thread could collect garbage until then. What is left for {@link #call} only changes tables of
 * the kernel. Here: pipes, sockets, and what waits for descriptors.
 */
abstract class LinuxDescriptorSyscalls implements Syscalls {

    private static final Kernel KERNEL = Kernels.CURRENT;
    static final int SIGSET_SIZE = 8;

    static long call(SyscallNumber n, long a, long b, long c, long d, long e) {
        return known(n, KERNEL.call(n.on(Architecture.CURRENT), a, b, c, d, e, 0));
    }

    static long block(SyscallNumber n, long a, long b, long c, long d, long e) {
        return known(n, tried(n, a, b, c, d, e));
    }

    /** As {@link #block}, of a call that another one can stand for. */
    static long tried(SyscallNumber n, long a, long b, long c, long d, long e) {
        return KERNEL.block(n.on(Architecture.CURRENT), a, b, c, d, e, 0);
    }

    /** An old kernel is told by the name of what it lacks, not by what was to be done with it. */
    private static long known(SyscallNumber n, long result) {
        if (result == -Errno.ENOSYS.number() && n.isYoung()) {
            throw new LinuxException(n.name().toLowerCase(Locale.ROOT), "", Errno.ENOSYS);
        }
        return result;
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
}
