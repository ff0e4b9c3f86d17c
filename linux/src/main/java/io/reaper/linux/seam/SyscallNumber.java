package io.reaper.linux.seam;

/**
 * System-call numbers (x86-64: {@code asm/unistd_64.h}; aarch64: {@code asm-generic/unistd.h}).
 * Calls younger than 5.1 have one number everywhere.
 */
enum SyscallNumber {
    READ(0, 63),
    WRITE(1, 64),
    CLOSE(3, 57),
    LSEEK(8, 62),
    RT_SIGACTION(13, 134),
    IOCTL(16, 29),
    PPOLL(271, 73),
    MADVISE(28, 233),
    GETPID(39, 172),
    SOCKET(41, 198),
    CONNECT(42, 203),
    SENDMSG(46, 211),
    RECVMSG(47, 212),
    BIND(49, 200),
    LISTEN(50, 201),
    SOCKETPAIR(53, 199),
    KILL(62, 129),
    FCNTL(72, 25),
    FLOCK(73, 32),
    FSYNC(74, 82),
    GETCWD(79, 17),
    CHDIR(80, 49),
    FCHDIR(81, 50),
    FCHMOD(91, 52),
    FCHOWN(93, 55),
    UMASK(95, 166),
    GETRLIMIT(97, 163),
    SETUID(105, 146),
    SETGID(106, 144),
    GETEUID(107, 175),
    SETGROUPS(116, 159),
    CAPGET(125, 90),
    CAPSET(126, 91),
    PERSONALITY(135, 92),
    STATFS(137, 43),
    FSTATFS(138, 44),
    PIVOT_ROOT(155, 41),
    PRCTL(157, 167),
    SETRLIMIT(160, 164),
    CHROOT(161, 51),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    SETHOSTNAME(170, 161),
    SETDOMAINNAME(171, 162),
    FSETXATTR(190, 7),
    FGETXATTR(193, 10),
    FLISTXATTR(196, 13),
    SCHED_SETAFFINITY(203, 122),
    GETDENTS64(217, 61),
    EPOLL_CTL(233, 21),
    WAITID(247, 95),
    KEYCTL(250, 219),
    IOPRIO_SET(251, 30),
    INOTIFY_ADD_WATCH(254, 27),
    INOTIFY_RM_WATCH(255, 28),
    OPENAT(257, 56),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
    FCHOWNAT(260, 54),
    NEWFSTATAT(262, 79),
    UNLINKAT(263, 35),
    RENAMEAT(264, 38),
    SYMLINKAT(266, 36),
    READLINKAT(267, 78),
    FCHMODAT(268, 53),
    FACCESSAT(269, 48),
    UNSHARE(272, 97),
    UTIMENSAT(280, 88),
    EPOLL_PWAIT(281, 22),
    ACCEPT4(288, 242),
    EVENTFD2(290, 19),
    EPOLL_CREATE1(291, 20),
    DUP3(292, 24),
    PIPE2(293, 59),
    INOTIFY_INIT1(294, 26),
    PRLIMIT64(302, 261),
    SETNS(308, 268),
    SCHED_SETATTR(314, 274),
    RENAMEAT2(316, 276),
    MEMFD_CREATE(319, 279),
    STATX(332, 291),
    PIDFD_SEND_SIGNAL(424, 424),
    OPEN_TREE(428, 428),
    MOVE_MOUNT(429, 429),
    FSOPEN(430, 430),
    FSCONFIG(431, 431),
    FSMOUNT(432, 432),
    PIDFD_OPEN(434, 434),
    OPENAT2(437, 437),
    FACCESSAT2(439, 439),
    MOUNT_SETATTR(442, 442);

    private static final int FIRST_OF_5_1 = 424;

    private final int x86;
    private final int arm;

    SyscallNumber(int x86, int arm) {
        this.x86 = x86;
        this.arm = arm;
    }

    int on(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> x86;
            case AARCH64 -> arm;
        };
    }

    /** Whether Linux got it after 5.0; the youngest of them, mount_setattr, came with 5.12. */
    boolean isYoung() {
        return x86 >= FIRST_OF_5_1;
    }
}
