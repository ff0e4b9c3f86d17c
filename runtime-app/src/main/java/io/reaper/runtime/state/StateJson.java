package io.reaper.runtime.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.reaper.contract.ContainerId;
import io.reaper.contract.ExitRecord;
import io.reaper.contract.IndentedJson;
import io.reaper.contract.InvalidIdException;
import io.reaper.contract.Isolation;
import io.reaper.contract.JsonDocument;
import io.reaper.runtime.state.ContainerState.Tracking;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * state.json and the answers of {@code state} and {@code list} (runtime-spec 1.3, runtime.md,
 * "State").
 */
public final class StateJson {

    private static final JsonFactory FACTORY =
            knowing(
                    """
                    {"ociVersion": 0, "id": 0, "status": 0, "pid": 0, "bundle": 0, "rootfs": 0,
                     "created": 0, "owner": 0, "annotations": 0, "pidStartTime": 0, "cgroup": 0,
                     "cgroupInode": 0, "lateHooks": 0, "initHolds": 0, "isolation": 0,
                     "ownPids": 0}
                    """);

    private StateJson() {}

    /** Names that a parser has seen need not be made again: in an image, before it is started. */
    private static JsonFactory knowing(String document) {
        JsonFactory factory = JsonDocument.remembering();
        try (JsonParser json = factory.createParser(document.getBytes(StandardCharsets.UTF_8))) {
            while (json.nextToken() != null) {
                json.currentName();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return factory;
    }

    /** The file's content. */
    static byte[] encode(ContainerState state) {
        return write(
                json -> {
                    json.setPrettyPrinter(IndentedJson.printer());
                    json.writeStartObject();
                    common(json, state, state.status(), state.pid());
                    json.writeNumberField("pidStartTime", state.pidStartTime());
                    if (state.tracking().isPresent()) {
                        json.writeStringField("cgroup", state.tracking().get().path());
                        json.writeNumberField("cgroupInode", state.tracking().get().inode());
                    }
                    if (state.lateHooks()) {
                        json.writeBooleanField("lateHooks", true);
                    }
                    if (state.initHolds()) {
                        json.writeBooleanField("initHolds", true);
                    }
                    if (state.isolation() != Isolation.HOST) {
                        json.writeStringField("isolation", state.isolation().word());
                    }
                    if (state.ownPids()) {
                        json.writeBooleanField("ownPids", true);
                    }
                    json.writeEndObject();
                });
    }

    /** What hooks get: in one line, without the pid. */
    public static String forHooks(ContainerState state, Status status) {
        byte[] json =
                write(
                        out -> {
                            out.writeStartObject();
                            out.writeStringField("ociVersion", ContainerState.OCI_VERSION);
                            out.writeStringField("id", state.id().toString());
                            out.writeStringField("status", status.text());
                            out.writeStringField("bundle", state.bundle().toString());
                            annotations(out, state);
                            out.writeEndObject();
                        });
        return new String(json, StandardCharsets.UTF_8).strip();
    }

    /** The answer of {@code state}. */
    public static byte[] show(Snapshot snapshot) {
        return write(
                json -> {
                    json.setPrettyPrinter(IndentedJson.printer());
                    shown(json, snapshot);
                });
    }

    /** The answer of {@code list --format json}. */
    public static byte[] show(List<Snapshot> snapshots) {
        return write(
                json -> {
                    json.writeStartArray();
                    for (Snapshot snapshot : snapshots) {
                        shown(json, snapshot);
                    }
                    json.writeEndArray();
                });
    }

    private static void shown(JsonGenerator json, Snapshot snapshot) throws IOException {
        json.writeStartObject();
        common(json, snapshot.state(), snapshot.status(), snapshot.shownPid());
        if (snapshot.exit().isPresent()) {
            ExitRecord exit = snapshot.exit().get();
            json.writeNumberField("exitStatus", exit.exitStatus());
            if (exit.signal() != 0) {
                json.writeNumberField("signal", exit.signal());
            }
            json.writeStringField("exitedAt", exit.exitedAt().toString());
        }
        json.writeEndObject();
    }

    private static void common(JsonGenerator json, ContainerState state, Status status, int pid)
            throws IOException {
        json.writeStringField("ociVersion", ContainerState.OCI_VERSION);
        json.writeStringField("id", state.id().toString());
        json.writeStringField("status", status.text());
        json.writeNumberField("pid", pid);
        json.writeStringField("bundle", state.bundle().toString());
        json.writeStringField("rootfs", state.rootfs());
        json.writeStringField("created", state.created().toString());
        json.writeStringField("owner", state.owner());
        annotations(json, state);
    }

    private static void annotations(JsonGenerator json, ContainerState state) throws IOException {
        json.writeObjectFieldStart("annotations");
        for (Map.Entry<String, String> annotation : state.annotations().entrySet()) {
            json.writeStringField(annotation.getKey(), annotation.getValue());
        }
        json.writeEndObject();
    }

    /**
     * Reads a state.json.
     *
     * @throws IOException if it is not one
     */
    static ContainerState decode(byte[] document) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, Long> numbers = new LinkedHashMap<>();
        Set<String> flags = new HashSet<>();
        Map<String, String> annotations = new LinkedHashMap<>();
        try (JsonParser json = JsonDocument.parser(FACTORY, document)) {
            expect(json.nextToken() == JsonToken.START_OBJECT, "not an object");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                switch (json.nextToken()) {
                    case VALUE_STRING -> texts.put(name, json.getText());
                    case VALUE_TRUE -> flags.add(name);
                    case VALUE_NUMBER_INT -> numbers.put(name, json.getLongValue());
                    case START_OBJECT -> {
                        while (json.nextToken() == JsonToken.FIELD_NAME) {
                            String key = json.currentName();
                            annotations.put(key, json.nextTextValue());
                        }
                    }
                    default -> json.skipChildren();
                }
            }
            expect(json.currentToken() == JsonToken.END_OBJECT, "cut off");
        }
        for (String name : List.of("id", "status", "bundle", "created")) {
            expect(texts.containsKey(name), name + " is missing");
        }
        for (String name : List.of("pid", "pidStartTime")) {
            expect(numbers.containsKey(name), name + " is missing");
        }
        try {
            return new ContainerState(
                    ContainerId.of(texts.get("id")),
                    status(texts.get("status")),
                    Math.toIntExact(numbers.get("pid")),
                    numbers.get("pidStartTime"),
                    Path.of(texts.get("bundle")),
                    texts.getOrDefault("rootfs", ""),
                    annotations,
                    Instant.parse(texts.get("created")),
                    texts.getOrDefault("owner", ""),
                    Optional.ofNullable(texts.get("cgroup"))
                            .map(
                                    path ->
                                            new Tracking(
                                                    path, numbers.getOrDefault("cgroupInode", 0L))),
                    flags.contains("lateHooks"),
                    flags.contains("initHolds"),
                    isolation(texts.get("isolation")),
                    flags.contains("ownPids"));
        } catch (InvalidPathException e) {
            throw new IOException("bundle is no path", e);
        } catch (InvalidIdException | IllegalArgumentException e) { // of the id, of the cgroup
            throw new IOException(e.getMessage(), e);
        } catch (ArithmeticException e) {
            throw new IOException("pid is none", e);
        } catch (DateTimeException e) {
            throw new IOException("created is no time", e);
        }
    }

    private static Status status(String text) throws IOException {
        for (Status status : Status.values()) {
            if (status.text().equals(text)) {
                return status;
            }
        }
        throw new IOException("status is none that there is");
    }

    /** That of a container of an earlier version is missing. */
    private static Isolation isolation(String word) throws IOException {
        Optional<Isolation> mode = word == null ? Optional.of(Isolation.HOST) : Isolation.of(word);
        return mode.orElseThrow(() -> new IOException("isolation is none that there is"));
    }

    private static void expect(boolean good, String otherwise) throws IOException {
        if (!good) {
            throw new IOException(otherwise);
        }
    }

    private interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    private static byte[] write(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        bytes.write('\n');
        return bytes.toByteArray();
    }
}
