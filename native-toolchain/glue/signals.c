/* jdk.internal.misc.Signal in an image: the handler counts a signal and wakes the dispatcher thread, which asks for
 * pending ones and runs their Java handlers. */
#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { LIMIT = 65 }; /* Linux: 1..64 */

static atomic_int owned;
static atomic_int pending[LIMIT];
static sem_t wakeups;

/* 0: opened; 1: by another isolate already; -1: errno */
int cSunMiscSignal_open(void) {
    int closed = 0;
    if (!atomic_compare_exchange_strong(&owned, &closed, 1)) {
        return 1;
    }
    for (int i = 0; i < LIMIT; i++) {
        atomic_store(&pending[i], 0);
    }
    if (sem_init(&wakeups, 0, 0) != 0) {
        atomic_store(&owned, 0);
        return -1;
    }
    return 0;
}

int cSunMiscSignal_close(void) {
    int result = sem_destroy(&wakeups);
    atomic_store(&owned, 0);
    return result;
}

int cSunMiscSignal_awaitSemaphore(void) {
    int result;
    while ((result = sem_wait(&wakeups)) != 0 && errno == EINTR) {
    }
    return result;
}

int cSunMiscSignal_signalSemaphore(void) { return sem_post(&wakeups); }

bool cSunMiscSignal_signalRangeCheck(int signal) { return signal > 0 && signal < LIMIT; }

/* Takes one pending signal: its number, or -1. */
int cSunMiscSignal_checkPendingSignal(void) {
    for (int i = 0; i < LIMIT; i++) {
        int count = atomic_load(&pending[i]);
        while (count > 0) {
            if (atomic_compare_exchange_weak(&pending[i], &count, count - 1)) {
                return i;
            }
        }
    }
    return -1;
}

static void handler(int signal) {
    int saved = errno;
    if (cSunMiscSignal_signalRangeCheck(signal)) {
        atomic_fetch_add(&pending[signal], 1);
        sem_post(&wakeups);
    }
    errno = saved;
}

void *cSunMiscSignal_signalHandlerFunctionPointer(void) { return (void *)handler; }
