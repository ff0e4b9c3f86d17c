package io.reaper.shim.exit;

import java.util.concurrent.CompletableFuture;

/** A child of this process, made by it or adopted. */
public interface ChildProcess {

    int pid();

    /**
     * Clock ticks since boot (field 22 of proc_pid_stat(5)): with the pid it names the process. 0
     * for one that we have made and reaped before anybody asked.
     */
    long startTime();

    /**
     * Whether it has ended, by its pidfd: {@link #exit} is complete by then, or will be at once.
     * Not what /proc says: the first thread of a process that runs may have ended.
     */
    boolean hasEnded();

    /** Completed once, when the process was reaped, by the thread that reaps: never block on it. */
    CompletableFuture<Exit> exit();

    /** Sends a signal; does nothing once the process was reaped. */
    void signal(int signal);
}
