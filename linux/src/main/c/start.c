/*
 * What this program's caller left behind, put right before the virtual machine's main: closed descriptors, ignored and
 * blocked signals, small limits. On the JVM this runs when the library is loaded, and limits are the launcher's matter.
 * What cannot be put right is one line and status 1: behind this point the virtual machine would print a crash dump.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "seam.h"

#define KIB 1024UL
#define MIB (1024 * KIB)
/* Beside the guard zones of the virtual machine: with it all verbs work on usual arguments. */
#define STACK_NEEDED (64 * KIB)
#define STACK_UNLIMITED (8 * MIB) /* what the kernel gives by default */
#define STACK_WANTED (1 * MIB)
/* Beside the image's heap: what a verb allocates, the C library, threads. */
#define DATA_NEEDED (8 * MIB)

/*
 * Of an image; absent, and so 0, on the JVM. Their addresses are numbers of bytes: of the image's heap (image.ld), and of
 * the address space that it reserves, if it does (an option of the linker).
 */
extern char reaper_image_heap[] __attribute__((weak, visibility("hidden")));
extern char reaper_address_space[] __attribute__((weak, visibility("hidden")));

struct saved {
    int resource;
    struct rlimit limit; /* as the caller of this program set it */
    int changed;
};
/* The virtual machine raises the soft limit of open files for itself, so that this one always counts as changed. */
static struct saved saved[] = {
    {.resource = RLIMIT_NOFILE, .changed = 1},
    {.resource = RLIMIT_STACK},
    {.resource = RLIMIT_DATA},
    {.resource = RLIMIT_AS},
};
#define SAVED (sizeof saved / sizeof *saved)

/* Where a filter leaves prlimit64 out the older calls do the same for the process itself. Not getrlimit(3), which is prlimit64. */
static int limit_of(int resource, const struct rlimit *wanted, struct rlimit *old) {
    if (syscall(SYS_prlimit64, 0, resource, wanted, old) == 0)
        return 0;
    if (errno != EPERM && errno != ENOSYS)
        return -1;
    if (old && syscall(SYS_getrlimit, resource, old))
        return -1;
    return wanted ? (int)syscall(SYS_setrlimit, resource, wanted) : 0;
}

long reaper_restore_limits(void) {
    for (unsigned i = 0; i < SAVED; i++) {
        struct rlimit now;
        if (!saved[i].changed)
            continue;
        if (limit_of(saved[i].resource, 0, &now))
            return -errno;
        now.rlim_cur = saved[i].limit.rlim_cur < now.rlim_max ? saved[i].limit.rlim_cur : now.rlim_max;
        if (limit_of(saved[i].resource, &now, 0))
            return -errno;
    }
    return 0;
}

static _Noreturn void refuse(const char *what, const char *option, unsigned long limit, unsigned long needed) {
    dprintf(2, "the limit of %s is %lu KiB: at least %lu KiB are needed (ulimit -%s)\n", what, limit / KIB, needed / KIB, option);
    _exit(1);
}

/* A soft limit below `wanted` is raised as far as it may be, until a program is executed; less than `needed` is refused. */
static void want(struct saved *s, unsigned long wanted, unsigned long needed, const char *what, const char *option) {
    if (s->limit.rlim_cur >= wanted)
        return;
    struct rlimit raised = s->limit;
    raised.rlim_cur = raised.rlim_max < wanted ? raised.rlim_max : wanted;
    if (raised.rlim_cur > s->limit.rlim_cur && limit_of(s->resource, &raised, 0) == 0)
        s->changed = 1;
    else
        raised.rlim_cur = s->limit.rlim_cur;
    if (raised.rlim_cur < needed)
        refuse(what, option, raised.rlim_cur, needed);
}

/* The size of the process, of which the kernel knows pages. */
static unsigned long mapped(void) {
    char text[64] = "";
    int statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    unsigned long pages = 0;
    if (statm >= 0) {
        ssize_t size = read(statm, text, sizeof text - 1);
        for (ssize_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; i++)
            pages = pages * 10 + (unsigned long)(text[i] - '0');
        close(statm);
    }
    return pages * (unsigned long)sysconf(_SC_PAGESIZE);
}

/* Behind this point the virtual machine would fail in words of its own. */
static void check_limits(unsigned long heap, unsigned long reserved) {
    /* an image that reserves addresses copies its heap there */
    unsigned long data = (reserved ? 2 * heap : heap) + DATA_NEEDED;
    want(&saved[1], STACK_WANTED, STACK_NEEDED, "the stack", "s");
    want(&saved[2], data, data, "data", "d");
    if (saved[3].limit.rlim_cur != RLIM_INFINITY) {
        unsigned long space = mapped() + reserved + DATA_NEEDED;
        want(&saved[3], space, space, "virtual memory", "v");
    }
}

/* What is closed of 0, 1 and 2 would be the next file that is opened, and the program's standard stream. */
static void open_standard_streams(void) {
    struct pollfd streams[3] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};
    /* deadline: already passed, it only looks */
    if (poll(streams, 3, 0) <= 0)
        return;
    for (int fd = 0; fd < 3; fd++) {
        if (!(streams[fd].revents & POLLNVAL))
            continue;
        int null = open("/dev/null", O_RDWR);
        if (null == fd)
            continue;
        dprintf(2, "descriptor %d is closed, and /dev/null cannot be opened in its place: %s\n", fd, strerror(errno));
        _exit(1);
    }
}

/* An ignored SIGCHLD takes the exit status of children away; a blocked signal would never reach its handler. */
static void reset_what_we_rely_on(void) {
    unsigned long dfl[4] = {0}, none = 0; /* the kernel's struct sigaction and sigset_t */
    syscall(SYS_rt_sigaction, SIGCHLD, dfl, 0, 8);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, 0, 8);
}

/*
 * What the virtual machine of an executable asks the C library before any Java runs, and ends without: the linker puts these
 * in its place (--wrap, in the pom). Filters of container engines know neither the calls nor that programs need them.
 */
#if defined(REAPER_IMAGE)
int __wrap_getrlimit(int resource, struct rlimit *old) { return limit_of(resource, 0, old); }

int __wrap_setrlimit(int resource, const struct rlimit *wanted) { return limit_of(resource, wanted, 0); }

extern int __real_pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes) __attribute__((weak)); /* without --wrap: none */

/* The bounds of a thread's stack: glibc also asks for the first one's limit (prlimit64) and for processors (sched_getaffinity). */
int __wrap_pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes) {
    int result = __real_pthread_getattr_np(thread, attributes);
    void *lowest;
    size_t size = 0;
    if (result != EPERM && result != ENOSYS)
        return result;
    if (pthread_attr_getstack(attributes, &lowest, &size) == 0 && size > 0)
        return 0; /* it asks for processors last */
    if (getpid() != syscall(SYS_gettid))
        return result;
    struct rlimit stack;
    if (limit_of(RLIMIT_STACK, 0, &stack) || stack.rlim_cur > STACK_UNLIMITED)
        stack.rlim_cur = STACK_UNLIMITED;
    unsigned long page = (unsigned long)sysconf(_SC_PAGESIZE);
    unsigned long end = (getauxval(AT_EXECFN) | (page - 1)) + 1; /* the name of the program lies behind all else */
    size = stack.rlim_cur & ~(page - 1);
    pthread_attr_init(attributes);
    return pthread_attr_setstack(attributes, (void *)(end - size), size);
}
#endif

/* The first that the virtual machine says of its own end; the rest is for those who built it. */
void reaper_crash_text(void) {
    static int said;
    static const char line[] = "this program failed by itself: no memory left within its limits (ulimit -a), or a fault of its own\n";
    if (said)
        return;
    said = 1;
    ssize_t ignored = write(2, line, sizeof line - 1);
    (void)ignored;
}

void reaper_crash_end(void) {
    struct rlimit core;
    reaper_crash_text();
    if (limit_of(RLIMIT_CORE, 0, &core) == 0 && core.rlim_cur > 0)
        abort();
    _exit(1);
}

__attribute__((constructor)) static void start(void) {
    open_standard_streams();
    reset_what_we_rely_on();
    for (unsigned i = 0; i < SAVED; i++)
        if (limit_of(saved[i].resource, 0, &saved[i].limit))
            saved[i] = (struct saved){saved[i].resource, {RLIM_INFINITY, RLIM_INFINITY}, 0};
    if (reaper_image_heap)
        check_limits((unsigned long)reaper_image_heap, (unsigned long)reaper_address_space);
}
