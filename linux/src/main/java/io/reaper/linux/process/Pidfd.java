package io.reaper.linux.process;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;
import java.time.Duration;
import java.util.Optional;

/** A process that cannot be mistaken for a later one of the same pid ({@code pidfd_open(2)}). */
public final class Pidfd implements AutoCloseable {

    private static final int P_PIDFD = 3;
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int SIGINFO_SIZE = 128;
    private static final int SI_CODE = 8;
    private static final int SI_PID = 16;
    private static final int SI_STATUS = 24;
    private static final int CLD_EXITED = 1;

    private final int pid;
    private final Fd fd;

    Pidfd(int pid, Fd fd) {
        this.pid = pid;
        this.fd = fd;
    }

    /**
     * Opens a process by its pid.
     *
     * @throws LinuxException ESRCH if there is no such process; a zombie is one
     */
    public static Pidfd open(int pid) {
        return new Pidfd(pid, Fd.opened(Syscalls.get().pidfdOpen(pid, 0), "pidfd_open", pid));
    }

    /** As {@link #open}; empty if there is no such process, or a thread has that number. */
    public static Optional<Pidfd> find(int pid) {
        long result = Syscalls.get().pidfdOpen(pid, 0);
        return result == -Errno.ESRCH.number() || result == -Errno.EINVAL.number()
                ? Optional.empty()
                : Optional.of(new Pidfd(pid, Fd.opened(result, "pidfd_open", pid)));
    }

    public int pid() {
        return pid;
    }

    /** Readable once the process has ended. */
    public Fd fd() {
        return fd;
    }

    /**
     * Sends a signal, whoever has got the pid since.
     *
     * @throws LinuxException ESRCH if it has ended and was reaped
     */
    public void signal(int signal) {
        long result = Syscalls.get().pidfdSendSignal(fd.number(), signal);
        if (result == -Errno.EPERM.number() || result == -Errno.ENOSYS.number()) {
            result = signalByPid(signal);
        }
        LinuxException.check(result, "signal process", pid);
    }

    /**
     * Where a seccomp filter leaves {@code pidfd_send_signal(2)} out. The pid is the process's as
     * long as it lives, and to be reused between these two calls it would have to end, be reaped,
     * and all other pids be used up; of one that has ended only its being reaped is asked for.
     */
    private long signalByPid(int signal) {
        boolean ended = awaitExit(Deadline.after(Duration.ZERO)); // deadline: does not wait
        return Syscalls.get().kill(pid, ended ? 0 : signal);
    }

    /**
     * Takes the exit status of a child that has ended; empty while it runs.
     *
     * @throws LinuxException ECHILD if it is not our child, or somebody took the status before
     */
    public Optional<ExitStatus> reap() {
        return waitid(WNOHANG);
    }

    /** Waits for a child's end and takes its status. */
    public ExitStatus await() {
        return waitid(0).orElseThrow();
    }

    private Optional<ExitStatus> waitid(int options) {
        try (Memory info = Memory.of(SIGINFO_SIZE)) {
            long result;
            do {
                result = Syscalls.get().waitid(P_PIDFD, fd.number(), info, WEXITED | options);
            } while (result == -Errno.EINTR.number());
            LinuxException.check(result, "waitid", pid);
            int reportedPid = info.bytes().getInt(SI_PID);
            if (reportedPid == 0) {
                return Optional.empty();
            }
            int status = info.bytes().getInt(SI_STATUS);
            boolean exited = info.bytes().getInt(SI_CODE) == CLD_EXITED;
            return Optional.of(exited ? new ExitStatus(status, 0) : new ExitStatus(0, status));
        }
    }

    /**
     * Waits for the end of any process, child or not, without taking its status.
     *
     * @return false if the deadline passed before
     */
    public boolean awaitExit(Deadline deadline) {
        return Poll.await(deadline, new Poll.Entry(fd, Poll.POLLIN))[0] != 0;
    }

    @Override
    public void close() {
        fd.close();
    }
}
