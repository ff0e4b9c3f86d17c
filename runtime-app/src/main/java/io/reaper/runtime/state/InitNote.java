package io.reaper.runtime.state;

import io.reaper.runtime.state.ContainerState.Tracking;
import io.reaper.runtime.state.ExecRecords.Leader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What leads to a container's processes, kept apart from state.json: as the content of the lock
 * file, {@code PID STARTTIME} and, if there is a cgroup, {@code INODE PATH}. It is written once,
 * when init is there.
 *
 * @param init its pid is 0 if it never was there
 * @param tracking the cgroup that holds the processes
 */
public record InitNote(Leader init, Optional<Tracking> tracking) {

    private static final int DECIMAL = 10;

    byte[] encode() {
        StringBuilder text = new StringBuilder();
        text.append(init.pid()).append(' ').append(init.startTime());
        if (tracking.isPresent()) {
            text.append(' ').append(tracking.get().inode());
            text.append(' ').append(tracking.get().path());
        }
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Empty if it is none: nothing of it is believed then. */
    static Optional<InitNote> parse(byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        int first = text.indexOf(' ');
        int end = text.length() - 1;
        if (first < 0 || text.charAt(end) != '\n') {
            return Optional.empty();
        }
        int second = text.indexOf(' ', first + 1);
        int third = second < 0 ? -1 : text.indexOf(' ', second + 1);
        try {
            int pid = Integer.parseInt(text, 0, first, DECIMAL);
            long startTime = Long.parseLong(text, first + 1, second < 0 ? end : second, DECIMAL);
            Optional<Tracking> tracking =
                    third < 0
                            ? Optional.empty()
                            : Optional.of(
                                    new Tracking(
                                            text.substring(third + 1, end),
                                            Long.parseLong(text, second + 1, third, DECIMAL)));
            return Optional.of(new InitNote(new Leader(pid, startTime), tracking));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
