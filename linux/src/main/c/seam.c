/*
 * The border to the kernel: what Java cannot do itself. No policy here.
 * Linked into the native image (libreaper_linux.a) and loaded by the JVM (libreaper_linux.so).
 * Results are the kernel's: a value, or -errno.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seam.h"

#define SIGNALS 64
#define STACK_SIZE (64 * 1024)
#define CLOSE_RANGE_CLOEXEC_FLAG 4 /* CLOSE_RANGE_CLOEXEC, which older headers lack */
#define MFD_EXEC_FLAG 0x10U        /* MFD_EXEC, likewise */

long reaper_syscall(long n, long a, long b, long c, long d, long e, long f) {
    long r = syscall(n, a, b, c, d, e, f);
    return r == -1 ? -errno : r;
}

/* A variable of the environment: its value's address, or 0. */
long reaper_variable(const char *name) { return (long)getenv(name); }

void *reaper_allocate(long size) { return calloc(1, size); }

void reaper_free(void *memory) { free(memory); }

/* Every disposition back to default and an empty mask. Not sigaction(3): it refuses 32 and 33, which posix_spawn leaves ignored. */
static void reset_signals(void) {
    unsigned long dfl[4] = {0}, none = 0; /* the kernel's struct sigaction and sigset_t */
    for (int s = 1; s <= SIGNALS; s++)
        syscall(SYS_rt_sigaction, s, dfl, 0, 8);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, 0, 8);
}

static int signal_pipe = -1;

/* Runs on whichever thread the kernel picks: one byte, and errno as it was. A full pipe loses what nobody reads. */
static void tell_signal(int number) {
    int before = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t ignored = write(signal_pipe, &byte, 1);
    (void)ignored;
    errno = before;
}

/* From now on `number` is told by a byte to `fd`, the same descriptor for all signals, instead of having its effect. */
long reaper_watch_signal(long number, long fd) {
    struct sigaction action = {.sa_handler = tell_signal, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    signal_pipe = (int)fd;
    return sigaction((int)number, &action, 0) ? -errno : 0;
}

/* execve in the calling thread, of an open file unless `fd` is -1; what the VM set for signals is not inherited. Only returns on failure: -errno. */
long reaper_exec(long fd, const char *path, char *const *argv, char *const *envp) {
    reset_signals();
    if (fd < 0)
        execve(path, argv, envp);
    else
        syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
    return -errno;
}

/* pause.c as build.sh has made a program of it: PAUSE is its file. */
__asm__(".section .rodata\n"
        "placeholder: .incbin \"" PAUSE "\"\n"
        "placeholder_end:\n"
        ".previous");
extern const char placeholder[] __attribute__((visibility("hidden")));
extern const char placeholder_end[] __attribute__((visibility("hidden")));

/* That program as a file in memory, ready to be executed: its descriptor, close-on-exec. EACCES: sysctl vm.memfd_noexec is 2. */
long reaper_placeholder(void) {
    int fd = memfd_create("reaper-pause", MFD_CLOEXEC | MFD_EXEC_FLAG);
    if (fd < 0 && errno == EINVAL) /* before Linux 6.3 all of them can be executed */
        fd = memfd_create("reaper-pause", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t size = placeholder_end - placeholder, written = write(fd, placeholder, size);
    if (written == size)
        return fd;
    int failure = written < 0 ? errno : ENOSPC;
    close(fd);
    return -failure;
}

/*
 * Descriptors from `first` on become close-on-exec: in one call since Linux 5.11, one by one where the kernel (EINVAL, ENOSYS)
 * or a filter (EPERM) refuses it. Also runs between clone and execve: no allocation, nothing that takes a lock.
 */
long reaper_cloexec_from(long first) {
    if (syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC_FLAG) == 0)
        return 0;
    int list = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (list < 0)
        return -errno;
    _Alignas(struct dirent64) char entries[2048];
    long end;
    while ((end = syscall(SYS_getdents64, list, entries, sizeof entries)) > 0) {
        for (long at = 0; at < end;) {
            const struct dirent64 *entry = (const struct dirent64 *)(entries + at);
            long fd = -1; /* "." and ".." */
            for (const char *c = entry->d_name; *c >= '0' && *c <= '9'; c++)
                fd = (fd < 0 ? 0 : fd * 10) + (*c - '0');
            if (fd >= first)
                fcntl((int)fd, F_SETFD, FD_CLOEXEC);
            at += entry->d_reclen;
        }
    }
    long result = end < 0 ? -errno : 0;
    close(list);
    return result;
}

/* Every member 8 bytes wide, so that Java writes it by offsets. */
struct spawn {
    const char *path;
    char *const *argv;
    char *const *envp;
    const char *cwd;   /* 0: the caller's */
    long *fds;         /* fds[i] becomes descriptor i, which is closed where it is -1; changed by the child */
    long nfds;
    long clone_flags;  /* namespaces */
    long new_session;
    long cgroup;       /* in: descriptor of the directory of its cgroup2 group, or -1; out: -1 if it is not in it */
    long pidfd;        /* out */
    long error;        /* out: errno of the child's failing step */
    long pid_namespace; /* descriptor of the one the child is born in, or -1: the caller's */
};

static int spawned(void *argument) {
    struct spawn *s = argument;
    if (s->new_session && setsid() < 0)
        goto failed;
    for (long i = 0; i < s->nfds; i++) /* first out of the way: a source may be another one's target */
        if (s->fds[i] >= 0 && s->fds[i] != i && (s->fds[i] = fcntl(s->fds[i], F_DUPFD_CLOEXEC, (int)s->nfds)) < 0)
            goto failed;
    for (long i = 0; i < s->nfds; i++) {
        if (s->fds[i] < 0)
            close(i);
        else if (s->fds[i] == i ? fcntl(i, F_SETFD, 0) < 0 : dup2(s->fds[i], i) < 0)
            goto failed;
    }
    /* the table of files is the child's own; where that call is missing: close-on-exec one by one */
    long closed = syscall(SYS_close_range, s->nfds, ~0U, 0) == 0 ? 0 : reaper_cloexec_from(s->nfds);
    if (closed < 0) {
        errno = (int)-closed;
        goto failed;
    }
    if (s->cwd && chdir(s->cwd) < 0)
        goto failed;
    reset_signals();
    reaper_restore_limits();
    execve(s->path, s->argv, s->envp);
failed:
    s->error = errno;
    _exit(127);
}

/* struct clone_args of clone3(2), as long as Linux 5.7 knows it. */
struct clone_request {
    unsigned long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

#define CLONE_INTO_CGROUP_FLAG 0x200000000UL

/* clone3 has no wrapper in the C library, and a child on a stack of its own cannot return: it calls the function from here. */
static long clone3_on_stack(struct clone_request *request, int (*function)(void *), void *argument) {
#if defined(__x86_64__)
    long result;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "mov %[argument], %%rdi\n\t"
                     "call *%[function]\n\t"
                     "hlt\n"
                     "1:"
                     : "=a"(result)
                     : "0"((long)SYS_clone3), "D"(request), "S"(sizeof *request), [function] "r"(function), [argument] "r"(argument)
                     : "rcx", "r11", "cc", "memory");
    return result;
#elif defined(__aarch64__)
    register long number __asm__("x8") = SYS_clone3;
    register long result __asm__("x0") = (long)request;
    register long size __asm__("x1") = sizeof *request;
    __asm__ volatile("svc #0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x0, %[argument]\n\t"
                     "blr %[function]\n\t"
                     "brk #0\n"
                     "1:"
                     : "+r"(result)
                     : "r"(number), "r"(size), [function] "r"(function), [argument] "r"(argument)
                     : "cc", "memory");
    return result;
#else
    (void)request, (void)function, (void)argument;
    return -ENOSYS;
#endif
}

/* Born in its cgroup: moving a process there later waits for a grace period of the kernel's, some milliseconds. */
static long clone_into_cgroup(struct spawn *s, char *stack, int *pidfd) {
    struct clone_request request = {
        .flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_INTO_CGROUP_FLAG | (unsigned long)s->clone_flags,
        .pidfd = (unsigned long)pidfd,
        .exit_signal = SIGCHLD,
        .stack = (unsigned long)stack,
        .stack_size = STACK_SIZE,
        .cgroup = (unsigned long)s->cgroup,
    };
    return clone3_on_stack(&request, spawned, s);
}

static void reap(pid_t pid) {
    while (waitpid(pid, 0, 0) < 0 && errno == EINTR)
        ;
}

static long spawn(struct spawn *s) {
    char *stack = mmap(0, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED)
        return -errno;
    unsigned long all = ~0UL, before;
    int pidfd = -1, failure = 0;
    s->error = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, 8);
    long pid = s->cgroup < 0 ? -1 : clone_into_cgroup(s, stack, &pidfd);
    if (pid < 0) { /* also where a filter does not know clone3 */
        s->cgroup = -1;
        pid = clone(spawned, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD | (int)s->clone_flags, s, &pidfd);
        if (pid < 0)
            failure = errno;
    }
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, 0, 8);
    munmap(stack, STACK_SIZE);
    if (pid < 0)
        return -failure;
    if (!s->error && pidfd < 0) { /* Linux before 5.2 makes the child, and no pidfd */
        kill((pid_t)pid, SIGKILL);
        s->error = ENOSYS;
    }
    if (s->error) {
        close(pidfd);
        reap((pid_t)pid);
        return -s->error;
    }
    s->pidfd = pidfd;
    return pid;
}

/* From now on this thread's children are born in the pid namespace of `wanted`: a descriptor of the former one, or -errno. */
static int children_in(int wanted) {
    int former = open("/proc/thread-self/ns/pid", O_RDONLY | O_CLOEXEC);
    if (former < 0)
        return -errno;
    if (setns(wanted, CLONE_NEWPID) == 0)
        return former;
    int failure = errno;
    close(former);
    return -failure;
}

/*
 * A child that shares our memory until it has called execve, as posix_spawn makes it, but with a pidfd and clone flags.
 * The caller is suspended meanwhile. All signals are blocked around it: no handler of the VM may run in the child.
 * While children belong to another pid namespace this thread could start no thread: hence not in Java.
 */
long reaper_spawn(struct spawn *s) {
    int former = s->pid_namespace < 0 ? -1 : children_in((int)s->pid_namespace);
    if (s->pid_namespace >= 0 && former < 0)
        return former;
    long result = spawn(s);
    if (former >= 0) {
        if (setns(former, CLONE_NEWPID) < 0 && result >= 0) {
            int failure = errno;
            syscall(SYS_pidfd_send_signal, s->pidfd, SIGKILL, 0, 0);
            close((int)s->pidfd);
            reap((pid_t)result);
            result = -failure;
        }
        close(former);
    }
    return result;
}
