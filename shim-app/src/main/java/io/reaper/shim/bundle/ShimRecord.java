package io.reaper.shim.bundle;

import static io.reaper.linux.seam.OpenFlags.O_NOFOLLOW;
import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_RDONLY;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.reaper.contract.AtomicFile;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.stdio.StdioRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * {@code shim.json} in the bundle: what the shim must know of a container after its own death.
 *
 * @param runtime the runtime that made the container, as configured then
 * @param runtimeRoot its directory of state
 * @param options the client's options, kept as they came
 * @param settings that these options chose then; {@code delete} needs the same
 * @param rootfsMounted whether the client's mounts lie on the bundle's rootfs
 * @param pid of the init process, 0 while there is none
 * @param pidStartTime clock ticks since boot: with the pid it names the process
 * @param removed whether Delete has removed container and mounts: nothing is left to clean up
 */
public record ShimRecord(
        String id,
        String namespace,
        String runtime,
        Path runtimeRoot,
        StdioRequest stdio,
        Options options,
        Map<String, String> settings,
        boolean rootfsMounted,
        int pid,
        long pidStartTime,
        boolean removed) {

    private static final String FILE = "shim.json";
    private static final int PERMISSIONS = 0600;
    private static final int SIZE_LIMIT = 8 * 1024 * 1024; // a request's options have up to 4 MiB
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * Options of whatever type a client sent.
     *
     * @param type URL of the message; empty if there were none
     * @param value its bytes in Base64
     */
    public record Options(String type, String value) {

        public static Options of(String type, byte[] value) {
            return new Options(type, Base64.getEncoder().encodeToString(value));
        }
    }

    public ShimRecord withInit(int newPid, long startTime) {
        return with(newPid, startTime, false);
    }

    public ShimRecord asRemoved() {
        return with(pid, pidStartTime, true);
    }

    private ShimRecord with(int newPid, long startTime, boolean isRemoved) {
        return new ShimRecord(
                id,
                namespace,
                runtime,
                runtimeRoot,
                stdio,
                options,
                settings,
                rootfsMounted,
                newPid,
                startTime,
                isRemoved);
    }

    /** Empty if there is none, or if what is there is none. */
    public static Optional<ShimRecord> read(Path bundle) {
        try (Fd fd = Fd.open(bundle.resolve(FILE), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
                JsonParser parser = JSON.createParser(fd.readAll(SIZE_LIMIT))) {
            return parse(parser);
        } catch (IOException | LinuxException e) {
            return Optional.empty();
        }
    }

    private static Optional<ShimRecord> parse(JsonParser parser) throws IOException {
        String id = "";
        String namespace = "";
        String runtime = "";
        String runtimeRoot = "";
        String stdin = "";
        String stdout = "";
        String stderr = "";
        boolean terminal = false;
        Options options = new Options("", "");
        Map<String, String> settings = Map.of();
        boolean rootfsMounted = false;
        int pid = 0;
        long pidStartTime = 0;
        boolean removed = false;
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return Optional.empty();
        }
        for (String field; (field = parser.nextFieldName()) != null; ) {
            parser.nextToken();
            switch (field) {
                case "id" -> id = parser.getText();
                case "namespace" -> namespace = parser.getText();
                case "runtime" -> runtime = parser.getText();
                case "runtimeRoot" -> runtimeRoot = parser.getText();
                case "stdin" -> stdin = parser.getText();
                case "stdout" -> stdout = parser.getText();
                case "stderr" -> stderr = parser.getText();
                case "terminal" -> terminal = parser.getBooleanValue();
                case "optionsType" -> options = new Options(parser.getText(), options.value());
                case "optionsValue" -> options = new Options(options.type(), parser.getText());
                case "settings" -> settings = settings(parser);
                case "rootfsMounted" -> rootfsMounted = parser.getBooleanValue();
                case "pid" -> pid = parser.getIntValue();
                case "pidStartTime" -> pidStartTime = parser.getLongValue();
                case "removed" -> removed = parser.getBooleanValue();
                default -> parser.skipChildren();
            }
        }
        if (id.isEmpty() || runtime.isEmpty() || runtimeRoot.isEmpty()) {
            return Optional.empty();
        }
        StdioRequest stdio = new StdioRequest(stdin, stdout, stderr, terminal);
        return Optional.of(
                new ShimRecord(
                        id,
                        namespace,
                        runtime,
                        Path.of(runtimeRoot),
                        stdio,
                        options,
                        settings,
                        rootfsMounted,
                        pid,
                        pidStartTime,
                        removed));
    }

    private static Map<String, String> settings(JsonParser parser) throws IOException {
        Map<String, String> settings = new HashMap<>();
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            for (String name; (name = parser.nextFieldName()) != null; ) {
                String value = parser.nextTextValue();
                if (value != null) {
                    settings.put(name, value);
                }
            }
        }
        return settings;
    }

    public void write(Path bundle) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("id", id);
            json.writeStringField("namespace", namespace);
            json.writeStringField("runtime", runtime);
            json.writeStringField("runtimeRoot", runtimeRoot.toString());
            json.writeStringField("stdin", stdio.stdin());
            json.writeStringField("stdout", stdio.stdout());
            json.writeStringField("stderr", stdio.stderr());
            json.writeBooleanField("terminal", stdio.terminal());
            json.writeStringField("optionsType", options.type());
            json.writeStringField("optionsValue", options.value());
            json.writeObjectFieldStart("settings");
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                json.writeStringField(setting.getKey(), setting.getValue());
            }
            json.writeEndObject();
            json.writeBooleanField("rootfsMounted", rootfsMounted);
            json.writeNumberField("pid", pid);
            json.writeNumberField("pidStartTime", pidStartTime);
            json.writeBooleanField("removed", removed);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        AtomicFile.write(bundle.resolve(FILE), out.toByteArray(), PERMISSIONS);
    }
}
