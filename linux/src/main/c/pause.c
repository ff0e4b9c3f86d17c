/*
 * The process of a pod's sandbox: it is there until it is told to end, and takes what is left to it. A program of its own,
 * without the C library, which build.sh puts into the seam's library as bytes: see reaper_placeholder in seam.c.
 */
#define _GNU_SOURCE
#include <asm/unistd.h>
#include <errno.h>
#include <linux/prctl.h>
#include <linux/wait.h>
#include <signal.h>

#define SET_SIZE 8 /* of the kernel's sigset_t */

static long system_call(long number, long a, long b, long c, long d) {
#if defined(__x86_64__)
    long result;
    register long fourth __asm__("r10") = d;
    __asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long call __asm__("x8") = number;
    register long result __asm__("x0") = a;
    register long second __asm__("x1") = b;
    register long third __asm__("x2") = c;
    register long fourth __asm__("x3") = d;
    __asm__ volatile("svc #0" : "+r"(result) : "r"(call), "r"(second), "r"(third), "r"(fourth) : "memory");
    return result;
#else
#error "pause.c: an architecture that Reaper does not know"
#endif
}

__attribute__((noreturn)) static void leave(int status) {
    for (;;)
        system_call(__NR_exit_group, status, 0, 0, 0);
}

/* All signals are waited for: those that mean nothing here have no effect, as for the first process of a PID namespace. */
__attribute__((noreturn)) void _start(void) {
    const unsigned long all = ~0UL;
    system_call(__NR_rt_sigprocmask, SIG_BLOCK, (long)&all, 0, SET_SIZE);
    system_call(__NR_prctl, PR_SET_NAME, (long)"reaper-pause", 0, 0);
    for (;;) {
        while (system_call(__NR_wait4, -1, 0, WNOHANG, 0) > 0)
            ;
        long signal = system_call(__NR_rt_sigtimedwait, (long)&all, 0, 0, SET_SIZE);
        if (signal == SIGTERM || signal == SIGINT)
            leave(0);
        if (signal < 0 && signal != -EINTR)
            leave(1); /* a filter does not let it wait */
    }
}
