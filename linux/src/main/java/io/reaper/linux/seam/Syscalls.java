package io.reaper.linux.seam;

/**
 * The system calls Reaper uses, named and ordered as in section 2 of the man pages. Each returns
 * what the kernel returns: a value, or −errno. Calls that may wait are marked; they are repeated on
 * EINTR by their callers where that matters. A call that Linux got after 5.0 and that this kernel
 * does not know throws a {@link LinuxException} with ENOSYS that names it.
 */
public interface Syscalls {

    /** The running kernel. */
    static Syscalls get() {
        return LinuxSyscalls.INSTANCE;
    }

    /** {@code AT_FDCWD}: relative paths start at the working directory. */
    int AT_FDCWD = -100;

    // files
    /** May wait (FIFO, {@code O_NONBLOCK} not given). */
    long openat(int dirfd, String path, int flags, int mode);

    long openat2(int dirfd, String path, long flags, long mode, long resolve);

    long close(int fd);

    /** May wait. */
    long read(int fd, Memory buffer, int count);

    /** May wait. To {@code offset} of the buffer. */
    long read(int fd, Memory buffer, int offset, int count);

    /** May wait. */
    long write(int fd, Memory buffer, int count);

    /** May wait. From {@code offset} of the buffer on. */
    long write(int fd, Memory buffer, int offset, int count);

    long lseek(int fd, long offset, int whence);

    /** May wait for the disk. */
    long fsync(int fd);

    /** For commands that do not wait: none of those for locks. */
    long fcntl(int fd, int command, long argument);

    long dup3(int fd, int target, int flags);

    /** For requests whose argument is a pointer; may wait for what the descriptor leads to. */
    long ioctl(int fd, long request, Memory argument);

    /** For requests whose argument is a number. */
    long ioctl(int fd, long request, long argument);

    /** May wait unless {@code LOCK_NB}. */
    long flock(int fd, int operation);

    long statx(int dirfd, String path, int flags, int mask, Memory result);

    long statfs(String path, Memory result);

    long fstatfs(int fd, Memory result);

    long faccessat2(int dirfd, String path, int mode, int flags);

    long fchown(int fd, int uid, int gid);

    long fchownat(int dirfd, String path, int uid, int gid, int flags);

    long fchmod(int fd, int mode);

    /** Follows links. */
    long fchmodat(int dirfd, String path, int mode);

    long mkdirat(int dirfd, String path, int mode);

    long mknodat(int dirfd, String path, int mode, int device);

    long symlinkat(String target, int dirfd, String path);

    /** Two {@code struct timespec}: of the last access and of the last change. */
    long utimensat(int dirfd, String path, Memory times, int flags);

    /** The count of bytes, 0 at the end of the directory. */
    long getdents64(int fd, Memory buffer, int size);

    /** The count of bytes of all names, each with its NUL; with size 0 that count alone. */
    long flistxattr(int fd, Memory names, int size);

    long fgetxattr(int fd, String name, Memory value, int size);

    long fsetxattr(int fd, String name, Memory value, int size, int flags);

    long unlinkat(int dirfd, String path, int flags);

    /** Both relative to the working directory. */
    long renameat2(String from, String to, int flags);

    /** The count of bytes; no NUL ends them. */
    long readlinkat(int dirfd, String path, Memory target, int size);

    long pipe2(Memory fds, int flags);

    long socketpair(int domain, int type, int protocol, Memory fds);

    long socket(int domain, int type, int protocol);

    /** May wait. */
    long connect(int fd, Memory address, int length);

    long bind(int fd, Memory address, int length);

    long listen(int fd, int backlog);

    /** May wait. The peer's address is not asked for. */
    long accept4(int fd, int flags);

    /** May wait. */
    long sendmsg(int fd, Memory header, int flags);

    /** May wait. */
    long recvmsg(int fd, Memory header, int flags);

    long memfdCreate(String name, int flags);

    // memory
    long madvise(long address, long length, int advice);

    // waiting
    /** Waits up to {@code timeoutMillis}; −1: without limit. */
    long poll(Memory fds, int count, int timeoutMillis);

    long epollCreate1(int flags);

    long epollCtl(int epfd, int operation, int fd, Memory event);

    /** Waits without limit. */
    long epollWait(int epfd, Memory events, int count);

    long eventfd2(int initial, int flags);

    long inotifyInit1(int flags);

    long inotifyAddWatch(int fd, String path, int mask);

    long inotifyRmWatch(int fd, int watch);

    // processes
    long pidfdOpen(int pid, int flags);

    long pidfdSendSignal(int pidfd, int signal);

    long kill(int pid, int signal);

    /** May wait unless {@code WNOHANG}. */
    long waitid(int idType, int id, Memory siginfo, int options);

    long getpid();

    long rtSigaction(int signal, Memory action);

    long getcwd(Memory buffer, int size);

    long chdir(String path);

    long fchdir(int fd);

    long chroot(String path);

    long personality(long persona);

    long umask(int mask);

    long prctl(int option, long a, long b, long c, long d);

    long prlimit64(int pid, int resource, Memory newLimit, Memory oldLimit);

    long schedSetattr(int pid, Memory attributes);

    long schedSetaffinity(int pid, int size, Memory mask);

    long ioprioSet(int which, int who, int priority);

    /** {@code KEYCTL_JOIN_SESSION_KEYRING}. */
    long keyctlJoinSessionKeyring(String name);

    // credentials, of the calling thread only
    long geteuid();

    long setgroups(int[] groups);

    long setgid(int gid);

    long setuid(int uid);

    long capget(Memory header, Memory data);

    long capset(Memory header, Memory data);

    // namespaces, of the calling thread only
    long unshare(int flags);

    long setns(int fd, int types);

    long sethostname(String name);

    long setdomainname(String name);

    // mounts
    /** May wait. {@code null} source, type or data are passed as NULL. */
    long mount(String source, String target, String type, long flags, String data);

    /** May wait. */
    long umount2(String target, int flags);

    long pivotRoot(String newRoot, String putOld);

    /** May wait. */
    long openTree(int dirfd, String path, int flags);

    /** May wait. */
    long moveMount(int fromDirfd, String from, int toDirfd, String to, int flags);

    long fsopen(String type, int flags);

    /** May wait. {@code null} key or value are passed as NULL. */
    long fsconfig(int fd, int command, String key, String value, int aux);

    long fsmount(int fd, int flags, int attributes);

    /**
     * {@code attributes} is a {@code struct mount_attr} of 32 bytes. −ENOSYS before Linux 5.12:
     * what it does can be had by a remount.
     */
    long mountSetattr(int dirfd, String path, int flags, Memory attributes);
}
