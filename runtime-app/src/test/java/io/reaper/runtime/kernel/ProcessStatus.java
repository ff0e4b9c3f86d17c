package io.reaper.runtime.kernel;

import java.util.HashMap;
import java.util.Map;

/** Lines such as those of {@code /proc/PID/status}. */
final class ProcessStatus {

    private ProcessStatus() {}

    /** Values by their names: what stands before the first colon of a line. */
    static Map<String, String> fields(String status) {
        Map<String, String> fields = new HashMap<>();
        status.lines()
                .filter(line -> line.contains(":"))
                .forEach(
                        line ->
                                fields.put(
                                        line.substring(0, line.indexOf(':')),
                                        line.substring(line.indexOf(':') + 1).strip()));
        return fields;
    }
}
