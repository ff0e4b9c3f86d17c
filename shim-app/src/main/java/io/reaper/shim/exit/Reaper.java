package io.reaper.shim.exit;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.process.Child;
import io.reaper.linux.process.ExitStatus;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.ProcessInfo;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.signal.Signals;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.log.ShimLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The only place that waits for children: runtime commands, init processes, adopted orphans. Each
 * has a pidfd in {@link KernelEvents}; its status is taken by waitid(2) on that pidfd, never on
 * "any child". The kernel hands a dying process's children to their next subreaper before it
 * reports the death, so listing our own children after each exit finds every process that we have
 * adopted.
 *
 * <p>{@code lock} guards all fields and makes spawn-and-register one step for that listing.
 */
public final class Reaper implements Children {

    private static final ExitStatus LOST = new ExitStatus(255, 0);

    private final KernelEvents events;
    private final ShimLog log;
    private final AdoptedChildren children =
            new AdoptedChildren((int) ProcessHandle.current().pid());
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Watched> alive = new HashMap<>();
    private final Map<Integer, Watched> endedUnclaimed = new HashMap<>();
    private final List<OpenHold> holds = new ArrayList<>(); // oldest first
    private long clock; // the order of holds and ends

    public Reaper(KernelEvents events, ShimLog log) {
        this.events = events;
        this.log = log;
    }

    @Override
    public ChildProcess spawn(SpawnRequest request) {
        lock.lock();
        try {
            Child child = Spawner.spawn(request);
            Watched watched = watch(child.pidfd());
            watched.claimed = true;
            return watched;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Hold hold() {
        lock.lock();
        try {
            OpenHold hold = new OpenHold(++clock);
            holds.add(hold);
            return hold;
        } finally {
            lock.unlock();
        }
    }

    private final class OpenHold implements Hold {
        private final long since;
        private final CompletableFuture<Void> closed = new CompletableFuture<>();

        private OpenHold(long since) {
            this.since = since;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (holds.remove(this)) {
                    long oldest = holds.isEmpty() ? Long.MAX_VALUE : holds.getFirst().since;
                    endedUnclaimed.values().removeIf(ended -> ended.endedAt < oldest);
                }
            } finally {
                lock.unlock();
            }
            closed.complete(null);
        }
    }

    @Override
    public ChildProcess claim(int pid) {
        lock.lock();
        try {
            if (!alive.containsKey(pid) && !endedUnclaimed.containsKey(pid)) {
                adopt();
            }
            Watched watched = alive.get(pid);
            if (watched == null) {
                watched = endedUnclaimed.remove(pid);
            }
            if (watched == null) {
                throw new ShimException(
                        ErrorCode.E_INTERNAL,
                        ShimException.Kind.FAILED,
                        "process " + pid + " is not a child of the shim: its end cannot be seen");
            }
            watched.claimed = true;
            return watched;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<ChildProcess> adopted() {
        lock.lock();
        try {
            return alive.values().stream()
                    .filter(watched -> !watched.claimed)
                    .<ChildProcess>map(watched -> watched)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public CompletableFuture<Void> end(List<ChildProcess> orphans, Predicate<ChildProcess> whose) {
        return orphans.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : commandsInFlight().thenCompose(unused -> kill(orphans, whose));
    }

    private CompletableFuture<Void> commandsInFlight() {
        lock.lock();
        try {
            return CompletableFuture.allOf(
                    holds.stream().map(hold -> hold.closed).toArray(CompletableFuture[]::new));
        } finally {
            lock.unlock();
        }
    }

    private CompletableFuture<Void> kill(
            List<ChildProcess> orphans, Predicate<ChildProcess> whose) {
        List<CompletableFuture<?>> ends = new ArrayList<>();
        for (ChildProcess orphan : orphans) {
            if (orphan instanceof Watched watched && watched.isFreeToKill(whose)) {
                watched.signal(Signals.SIGKILL);
                ends.add(watched.exit.thenCompose(exit -> end(exit.orphans(), whose)));
            }
        }
        return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
    }

    private Watched watch(Pidfd pidfd) {
        Watched watched = new Watched(pidfd);
        alive.put(pidfd.pid(), watched);
        watched.events = events.watch(pidfd.fd(), () -> ended(watched));
        return watched;
    }

    private List<ChildProcess> adopt() {
        List<ChildProcess> adopted = new ArrayList<>();
        try {
            children.forEach(pid -> adopt(pid, adopted));
        } catch (LinuxException e) {
            log.error("cannot see what was adopted", e);
        }
        return adopted;
    }

    private void adopt(int pid, List<ChildProcess> adopted) {
        if (alive.containsKey(pid)) {
            return;
        }
        try {
            Watched watched = watch(Pidfd.open(pid));
            watched.startTime = watched.readStartTime();
            adopted.add(watched);
        } catch (LinuxException e) {
            // a zombie stays until we reap it: only a lack of descriptors leads here
            log.error("cannot watch child " + pid, e);
        }
    }

    private void ended(Watched watched) {
        Exit exit;
        lock.lock();
        try {
            Optional<ExitStatus> status = reap(watched);
            if (status.isEmpty()) {
                return;
            }
            Instant at = Instant.now();
            watched.events.close();
            watched.pidfd.close();
            watched.reaped = true;
            alive.remove(watched.pid());
            if (!watched.claimed && !holds.isEmpty()) {
                watched.endedAt = ++clock;
                endedUnclaimed.put(watched.pid(), watched);
            }
            exit = new Exit(watched.pid(), status.get(), at, adopt());
        } finally {
            lock.unlock();
        }
        watched.exit.complete(exit);
    }

    private Optional<ExitStatus> reap(Watched watched) {
        try {
            return watched.pidfd.reap();
        } catch (LinuxException e) {
            log.error("exit status of process " + watched.pid() + " is lost", e);
            return Optional.of(LOST);
        }
    }

    /** Fields are guarded by {@code lock}. */
    private final class Watched implements ChildProcess {
        private final Pidfd pidfd;
        private final CompletableFuture<Exit> exit = new CompletableFuture<>();
        private KernelEvents.Watch events;
        private boolean claimed;
        private boolean reaped;
        private long endedAt;
        private long startTime;

        private Watched(Pidfd pidfd) {
            this.pidfd = pidfd;
        }

        /** Nobody else reaps, so the process still has its entry in /proc, if only as a zombie. */
        private long readStartTime() {
            return ProcessInfo.of(pidfd.pid()).map(ProcessInfo::startTime).orElse(0L);
        }

        /** One that has ended is nobody's any more, but may have left others. */
        private boolean isFreeToKill(Predicate<ChildProcess> whose) {
            lock.lock();
            try {
                return !claimed && (reaped || whose.test(this));
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int pid() {
            return pidfd.pid();
        }

        @Override
        public long startTime() {
            lock.lock();
            try {
                if (startTime == 0 && !reaped) {
                    startTime = readStartTime();
                }
                return startTime;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public CompletableFuture<Exit> exit() {
            return exit;
        }

        @Override
        public void signal(int signal) {
            lock.lock();
            try {
                if (!reaped) {
                    pidfd.signal(signal);
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
