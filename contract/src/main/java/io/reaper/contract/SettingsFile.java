package io.reaper.contract;

import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.text.Excerpt;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** {@code /etc/reaper/reaper.conf}, or the file that {@code REAPER_CONFIG} names. */
final class SettingsFile {

    private static final int LIMIT = 1024 * 1024; // bytes
    private static final Path DEFAULT = Path.of("/etc/reaper/reaper.conf");

    private SettingsFile() {}

    /**
     * Values by their names; none of a default file that is missing.
     *
     * @param named what {@code REAPER_CONFIG} is, or null
     * @throws SettingsException if the file cannot be read or a line of it is no assignment
     */
    static Map<String, String> read(String named) {
        Path path = named == null || named.isEmpty() ? DEFAULT : Path.of(named);
        Optional<byte[]> content = content(path);
        if (content.isPresent()) {
            return parse(path, new String(content.get(), StandardCharsets.UTF_8));
        }
        if (path.equals(DEFAULT)) {
            return Map.of();
        }
        throw new SettingsException(
                Settings.CONFIG + "=" + Excerpt.of(path.toString()) + ": no such file");
    }

    private static Optional<byte[]> content(Path path) {
        try {
            return LinuxFiles.read(path, LIMIT);
        } catch (LinuxException e) {
            throw new SettingsException(
                    "read " + Excerpt.of(path.toString()) + ": " + e.errno().text());
        }
    }

    private static Map<String, String> parse(Path path, String text) {
        Map<String, String> values = new HashMap<>();
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int equals = line.indexOf('=');
            String key = equals < 0 ? "" : line.substring(0, equals).strip();
            if (!key.startsWith("REAPER_")) {
                throw new SettingsException(
                        "%s line %d: expected REAPER_X=value, found %s"
                                .formatted(
                                        Excerpt.of(path.toString()),
                                        number,
                                        Excerpt.quoted(equals < 0 ? line : key)));
            }
            values.put(key, line.substring(equals + 1).strip());
        }
        return values;
    }
}
