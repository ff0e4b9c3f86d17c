package io.reaper.linux.seam;

/** Files, processes and credentials. */
final class LinuxSyscalls extends LinuxMountSyscalls {

    static final Syscalls INSTANCE = new LinuxSyscalls();

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
            long told =
                    tried(SyscallNumber.STATX, dirfd, p.address(), flags, mask, result.address());
            return OlderCalls.mayStandFor(told) ? OlderCalls.stat(dirfd, p, flags, result) : told;
        }
    }

    @Override
    public long statfs(String path, Memory result) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.STATFS, p.address(), result.address(), 0, 0, 0);
        }
    }

    @Override
    public long fstatfs(int fd, Memory result) {
        return block(SyscallNumber.FSTATFS, fd, result.address(), 0, 0, 0);
    }

    @Override
    public long faccessat2(int dirfd, String path, int mode, int flags) {
        try (Memory p = Memory.string(path)) {
            long told = tried(SyscallNumber.FACCESSAT2, dirfd, p.address(), mode, flags, 0);
            return OlderCalls.mayStandFor(told) ? OlderCalls.access(dirfd, p, mode) : told;
        }
    }

    @Override
    public long fchown(int fd, int uid, int gid) {
        return block(SyscallNumber.FCHOWN, fd, uid, gid, 0, 0);
    }

    @Override
    public long fchownat(int dirfd, String path, int uid, int gid, int flags) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.FCHOWNAT, dirfd, p.address(), uid, gid, flags);
        }
    }

    @Override
    public long fchmod(int fd, int mode) {
        return block(SyscallNumber.FCHMOD, fd, mode, 0, 0, 0);
    }

    @Override
    public long fchmodat(int dirfd, String path, int mode) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.FCHMODAT, dirfd, p.address(), mode, 0, 0);
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
    public long symlinkat(String target, int dirfd, String path) {
        try (Memory t = Memory.string(target);
                Memory p = Memory.string(path)) {
            return block(SyscallNumber.SYMLINKAT, t.address(), dirfd, p.address(), 0, 0);
        }
    }

    @Override
    public long utimensat(int dirfd, String path, Memory times, int flags) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.UTIMENSAT, dirfd, p.address(), times.address(), flags, 0);
        }
    }

    @Override
    public long getdents64(int fd, Memory buffer, int size) {
        return block(SyscallNumber.GETDENTS64, fd, buffer.address(), size, 0, 0);
    }

    @Override
    public long flistxattr(int fd, Memory names, int size) {
        return block(SyscallNumber.FLISTXATTR, fd, names.address(), size, 0, 0);
    }

    @Override
    public long fgetxattr(int fd, String name, Memory value, int size) {
        try (Memory n = Memory.string(name)) {
            return block(SyscallNumber.FGETXATTR, fd, n.address(), value.address(), size, 0);
        }
    }

    @Override
    public long fsetxattr(int fd, String name, Memory value, int size, int flags) {
        try (Memory n = Memory.string(name)) {
            return block(SyscallNumber.FSETXATTR, fd, n.address(), value.address(), size, flags);
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
            long told =
                    tried(
                            SyscallNumber.RENAMEAT2,
                            AT_FDCWD,
                            f.address(),
                            AT_FDCWD,
                            t.address(),
                            flags);
            return flags == 0 && OlderCalls.mayStandFor(told) ? OlderCalls.rename(f, t) : told;
        }
    }

    @Override
    public long readlinkat(int dirfd, String path, Memory target, int size) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.READLINKAT, dirfd, p.address(), target.address(), size, 0);
        }
    }

    @Override
    public long madvise(long address, long length, int advice) {
        return call(SyscallNumber.MADVISE, address, length, advice, 0, 0);
    }

    @Override
    public long pidfdOpen(int pid, int flags) {
        return call(SyscallNumber.PIDFD_OPEN, pid, flags, 0, 0, 0);
    }

    @Override
    public long pidfdSendSignal(int pidfd, int signal) {
        return tried(SyscallNumber.PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0, 0);
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
    public long getcwd(Memory buffer, int size) {
        return call(SyscallNumber.GETCWD, buffer.address(), size, 0, 0, 0);
    }

    @Override
    public long chdir(String path) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.CHDIR, p.address(), 0, 0, 0, 0);
        }
    }

    @Override
    public long fchdir(int fd) {
        return block(SyscallNumber.FCHDIR, fd, 0, 0, 0, 0);
    }

    @Override
    public long chroot(String path) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.CHROOT, p.address(), 0, 0, 0, 0);
        }
    }

    @Override
    public long personality(long persona) {
        return call(SyscallNumber.PERSONALITY, persona, 0, 0, 0, 0);
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
        long told =
                call(
                        SyscallNumber.PRLIMIT64,
                        pid,
                        resource,
                        address(newLimit),
                        address(oldLimit),
                        0);
        return pid == 0 && OlderCalls.mayStandFor(told)
                ? OlderCalls.limit(resource, address(newLimit), address(oldLimit))
                : told;
    }

    @Override
    public long schedSetattr(int pid, Memory attributes) {
        return call(SyscallNumber.SCHED_SETATTR, pid, attributes.address(), 0, 0, 0);
    }

    @Override
    public long schedSetaffinity(int pid, int size, Memory mask) {
        return call(SyscallNumber.SCHED_SETAFFINITY, pid, size, mask.address(), 0, 0);
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
}
