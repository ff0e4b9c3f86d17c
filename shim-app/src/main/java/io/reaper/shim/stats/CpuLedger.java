package io.reaper.shim.stats;

import java.util.Optional;

/**
 * One container's time on the processors, from reading to reading: it never decreases, whatever
 * becomes of processes and groups. What is read is counted by how it has grown.
 */
public final class CpuLedger {

    private Optional<CpuTime> told = Optional.empty();
    private Optional<CpuTime> last = Optional.empty();

    /**
     * Takes note of a reading.
     *
     * @param read empty if nothing could be read
     * @return what may be told; empty if nothing ever was read
     */
    synchronized Optional<CpuTime> add(Optional<CpuTime> read) {
        if (read.isPresent()) {
            told = Optional.of(told.map(before -> grown(before, read.get())).orElse(read.get()));
            last = read;
        }
        return told;
    }

    private CpuTime grown(CpuTime before, CpuTime read) {
        CpuTime base = last.orElse(before);
        return new CpuTime(
                before.total() + growth(base.total(), read.total()),
                before.user() + growth(base.user(), read.user()),
                before.system() + growth(base.system(), read.system()),
                read.throttling());
    }

    private static long growth(long from, long to) {
        return Math.max(0, to - from);
    }
}
