package io.reaper.linux.seam;

import java.nio.ByteBuffer;

/** The functions of {@code seam.c}. Results are the kernel's: a value, or −errno. */
public interface Kernel {

    /** A system call that returns at once. */
    long call(long number, long a, long b, long c, long d, long e, long f);

    /** A system call that may wait: the virtual machine goes on meanwhile. */
    long block(long number, long a, long b, long c, long d, long e, long f);

    /** {@code struct spawn} of {@code seam.c} at {@code request}: the child's pid. */
    long spawn(long request);

    /** Of the open file {@code fd}, or of {@code path} if that is −1; returns only on failure. */
    long exec(long fd, long path, long argv, long envp);

    /** A descriptor of the program of {@code pause.c}, to be executed. */
    long placeholder();

    /** Descriptors from {@code first} on do not reach the next program; 0. */
    long closeOnExecFrom(long first);

    /** The soft limits become what they were when this program started; 0. */
    long restoreLimits();

    /**
     * From now on each arrival of {@code signal} is written to {@code fd}, one byte with its
     * number; 0.
     */
    long watchSignal(long signal, long fd);

    /** The address of an environment variable's value, by the address of its name; 0 if unset. */
    long variable(long name);

    /** Zeroed memory outside the heap: its address, or 0. */
    long allocate(long size);

    void free(long address);

    ByteBuffer view(long address, int size);
}
