package io.reaper.shim.containerd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What `ctr events` has printed so far: one line an event, in the order containerd had them. */
record TaskEvents(Supplier<String> recorded) {
    private static final Pattern LINE =
            Pattern.compile(" (?<namespace>\\S+) (?<topic>/tasks/\\S+) (?<json>\\{.*})$");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One event of a task, its fields named as in containerd's event messages. */
    record Event(String topic, JsonNode fields) {
        int exitStatus() {
            return fields.path("exit_status").asInt(0);
        }

        /** The id of the process that an event of an exec, or of an exit, is about; or nothing. */
        String processId() {
            return fields.path("exec_id").asText(fields.path("id").asText(""));
        }
    }

    List<Event> of(String namespace, String containerId) {
        String text = recorded.get();
        return text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .flatMap(line -> parse(line, namespace).stream())
                .filter(event -> containerId.equals(event.fields().path("container_id").asText()))
                .toList();
    }

    List<String> topics(String namespace, String containerId) {
        return of(namespace, containerId).stream().map(Event::topic).toList();
    }

    private static Optional<Event> parse(String line, String namespace) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.find() || !matcher.group("namespace").equals(namespace)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Event(matcher.group("topic"), JSON.readTree(matcher.group("json"))));
        } catch (JsonProcessingException e) {
            throw new AssertionError("not an event: " + line, e);
        }
    }
}
