package io.reaper.runtime.cli.ps;

import io.reaper.linux.text.Digits;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.child.Sink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Picks a container's rows out of what {@code ps(1)} prints, line by line: most of it is about
 * others.
 */
final class ProcessTable implements Sink {

    private static final String TITLE = "PID";

    private final Set<Integer> wanted;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final ByteArrayOutputStream picked = new ByteArrayOutputStream();
    private boolean headed;
    private int column;

    ProcessTable(Set<Integer> wanted) {
        this.wanted = wanted;
    }

    @Override
    public void take(byte[] bytes, int count) {
        int start = 0;
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                line.write(bytes, start, i - start);
                start = i + 1;
                endLine();
            }
        }
        line.write(bytes, start, count - start);
    }

    /** The header and the rows of the container's processes. */
    byte[] picked() {
        if (line.size() > 0) {
            endLine();
        }
        return picked.toByteArray();
    }

    private void endLine() {
        // one char for each byte: names of programs need not be UTF-8
        String text = line.toString(StandardCharsets.ISO_8859_1);
        if (!text.isBlank() && isPicked(text)) {
            picked.writeBytes(line.toByteArray());
            picked.write('\n');
        }
        line.reset();
    }

    private boolean isPicked(String text) {
        List<String> fields = List.of(text.strip().split("\\s+", -1));
        if (!headed) {
            headed = true;
            column = fields.indexOf(TITLE);
            if (column < 0) {
                throw new PsException("ps: its output has no column PID: ask for one (-o pid,…)");
            }
            return true;
        }
        OptionalLong pid =
                column < fields.size()
                        ? Digits.parse(fields.get(column), Integer.MAX_VALUE)
                        : OptionalLong.empty();
        if (pid.isEmpty()) {
            throw new PsException(
                    "ps: no PID in the line "
                            + Excerpt.quoted(text.strip())
                            + ": ask for the PID first (-o pid,…)");
        }
        return wanted.contains((int) pid.getAsLong());
    }
}
