package io.reaper.shim.stats;

import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.LinuxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/**
 * What living processes use, added up ({@code proc_pid_status(5)}, {@code proc_pid_stat(5)}). A
 * page that several of them share is counted once for each.
 *
 * @param anonymous bytes of memory without a file (RssAnon)
 * @param files bytes of mapped files (RssFile)
 * @param shared bytes of shared memory (RssShmem)
 * @param threads of all of them: what the controller {@code pids} counts
 */
record ProcessTotals(long anonymous, long files, long shared, long threads) {

    /**
     * A reading takes some 20 microseconds for each process: of more than these, the others count
     * as much as these do on average.
     */
    static final int MOST = 4096;

    private static final int LIMIT = 16 * 1024;
    private static final long BYTES_PER_KIB = 1024;

    /** Fields of {@code stat} behind the name: utime is the twelfth, then stime, cutime, cstime. */
    private static final int UTIME = 11;

    /**
     * Reads each, up to {@link #MOST}; one that vanishes meanwhile counts nothing.
     *
     * @param proc where a {@code proc} file system is mounted
     */
    static ProcessTotals of(Path proc, Collection<Integer> pids) {
        Sum sum = new Sum();
        pids.stream()
                .limit(MOST)
                .flatMap(pid -> text(proc, pid, "status").stream())
                .forEach(sum::add);
        double share = Math.max(1, (double) pids.size() / MOST);
        return new ProcessTotals(
                (long) (sum.anonymous * share),
                (long) (sum.files * share),
                (long) (sum.shared * share),
                (long) (sum.threads * share));
    }

    /**
     * The time that living processes have taken, and that of their children which have ended and
     * were waited for; of more than {@link #MOST} only that of these.
     */
    static CpuTime cpu(Path proc, Collection<Integer> pids) {
        long user = 0;
        long system = 0;
        for (int pid : pids.stream().limit(MOST).toList()) {
            // the name in parentheses may itself hold blanks and parentheses
            String stat = text(proc, pid, "stat").orElse("");
            String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
            if (fields.length > UTIME + 3) {
                user += Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 2]);
                system += Long.parseLong(fields[UTIME + 1]) + Long.parseLong(fields[UTIME + 3]);
            }
        }
        return CpuTime.ofTicks(user, system);
    }

    /** Bytes. */
    long memory() {
        return anonymous + files + shared;
    }

    private static Optional<String> text(Path proc, int pid, String file) {
        try {
            return LinuxFiles.read(proc.resolve(Integer.toString(pid)).resolve(file), LIMIT)
                    .map(content -> new String(content, StandardCharsets.ISO_8859_1));
        } catch (LinuxException e) {
            return Optional.empty(); // it ended while being read
        }
    }

    private static final class Sum {

        private long anonymous;
        private long files;
        private long shared;
        private long threads;

        private void add(String status) {
            anonymous += line(status, "RssAnon") * BYTES_PER_KIB;
            files += line(status, "RssFile") * BYTES_PER_KIB;
            shared += line(status, "RssShmem") * BYTES_PER_KIB;
            threads += line(status, "Threads");
        }

        /** The number of a line {@code Key: number unit}; 0 where it is not, as of a zombie. */
        private static long line(String status, String key) {
            int start = status.indexOf("\n" + key + ":");
            if (start < 0) {
                return 0;
            }
            int end = status.indexOf('\n', start + 1);
            String line = end < 0 ? status.substring(start) : status.substring(start, end);
            String value = line.substring(line.indexOf(':') + 1).replace("kB", "").strip();
            return Long.parseLong(value);
        }
    }
}
