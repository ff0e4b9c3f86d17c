package io.reaper.linux.cgroup;

import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.LinuxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The files of a control group. What is not there, or cannot be read, is not known. */
public record GroupFiles(Path directory) {

    /** What stands for no limit: the highest number, read as unsigned. */
    public static final long UNLIMITED = -1;

    private static final int LIMIT = 64 * 1024;

    /** A file of one number; {@link #UNLIMITED} for {@code max}. */
    public Optional<Long> number(String file) {
        return word(file).flatMap(GroupFiles::parse);
    }

    /** A file of one word. */
    Optional<String> word(String file) {
        return text(file).map(String::strip);
    }

    /** A file of lines {@code key number}; empty also where no line is one. */
    public Map<String, Long> table(String file) {
        Map<String, Long> table = new HashMap<>();
        for (String line : text(file).orElse("").split("\n", 0)) {
            int blank = line.indexOf(' ');
            if (blank > 0) {
                parse(line.substring(blank + 1).strip())
                        .ifPresent(value -> table.put(line.substring(0, blank), value));
            }
        }
        return table;
    }

    private Optional<String> text(String file) {
        try {
            return LinuxFiles.read(directory.resolve(file), LIMIT)
                    .map(content -> new String(content, StandardCharsets.US_ASCII));
        } catch (LinuxException e) {
            return Optional.empty(); // removed while being read, or not supported here
        }
    }

    private static Optional<Long> parse(String number) {
        if (number.equals("max")) {
            return Optional.of(UNLIMITED);
        }
        try {
            return Optional.of(Long.parseUnsignedLong(number));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
