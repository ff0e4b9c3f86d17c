package io.reaper.linux.process;

import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A line of {@code /proc/PID/stat} ({@code proc_pid_stat(5)}).
 *
 * @param state R, S, D, T, Z…
 * @param parent pid of the parent
 * @param session id of the session
 * @param threads how many it has, ended ones that nobody has taken note of among them; 0 once it is
 *     gone
 * @param startTime clock ticks since boot: with the pid it names a process for ever
 */
public record ProcessInfo(
        int pid, char state, int parent, int session, int threads, long startTime) {

    private static final int LIMIT = 4096;
    private static final int DECIMAL = 10;

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
        int state = stat.lastIndexOf(')') + 2;
        return new ProcessInfo(
                pid,
                stat.charAt(state),
                (int) number(stat, state, 1),
                (int) number(stat, state, 3),
                (int) number(stat, state, 17),
                number(stat, state, 19));
    }

    /** The field so many blanks behind the state; no string is made of each on the way. */
    private static long number(String stat, int state, int fields) {
        int start = state;
        for (int i = 0; i < fields; i++) {
            start = stat.indexOf(' ', start) + 1;
        }
        int end = stat.indexOf(' ', start);
        return Long.parseLong(stat, start, end < 0 ? stat.length() : end, DECIMAL);
    }

    /**
     * Ended, as its pidfd says it; only its parent has not taken note. The state is that of the
     * first thread: where that has ended while others run, the process is none.
     */
    public boolean isZombie() {
        return state == 'X' || (state == 'Z' && threads <= 1);
    }
}
