package io.reaper.linux;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A line of {@code /proc/PID/stat} ({@code proc_pid_stat(5)}).
 *
 * @param state R, S, D, T, Z…
 * @param parent pid of the parent
 * @param session id of the session
 * @param startTime clock ticks since boot: with the pid it names a process for ever
 */
public record ProcessInfo(int pid, char state, int parent, int session, long startTime) {

    private static final int LIMIT = 4096;

    /** Empty if there is no such process. */
    public static Optional<ProcessInfo> of(int pid) {
        try {
            return LinuxFiles.read(Path.of("/proc/" + pid + "/stat"), LIMIT)
                    .map(stat -> parse(pid, new String(stat, StandardCharsets.ISO_8859_1)));
        } catch (LinuxException e) {
            if (e.is(Errno.ESRCH)) {
                return Optional.empty(); // it ended while being read
            }
            throw e;
        }
    }

    /** The name in parentheses may itself hold spaces and parentheses. */
    static ProcessInfo parse(int pid, String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return new ProcessInfo(
                pid,
                fields[0].charAt(0),
                Integer.parseInt(fields[1]),
                Integer.parseInt(fields[3]),
                Long.parseLong(fields[19]));
    }

    /** Ended; only its parent has not taken note. */
    public boolean isZombie() {
        return state == 'Z' || state == 'X';
    }
}
