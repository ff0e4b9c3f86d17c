package io.reaper.shim.options;

import static io.reaper.linux.seam.OpenFlags.O_NOFOLLOW;
import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_RDONLY;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.SettingsException;
import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.proto.runtimeoptions.Options;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.options.OptionsText.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings that a handler's options choose: {@code runtimeoptions.v1.Options}, which containerd
 * makes of the handler's table for every runtime but runc. They go before those of the node.
 *
 * @param settings by name; each is valid, none is empty
 * @param ignored keys of other runtimes that were passed over
 */
public record RuntimeOptions(Map<String, String> settings, List<String> ignored) {

    /** There are none. */
    public static final RuntimeOptions NONE = new RuntimeOptions(Map.of(), List.of());

    private static final String TYPE = "runtimeoptions.v1.Options";
    private static final int LIMIT = 1024 * 1024;

    /**
     * Reads them, and the file that they may name.
     *
     * @param options of any type; those of another one are none of ours, and are not read
     * @throws ShimException INVALID_ARGUMENT naming the key, or the file and the line
     */
    public static RuntimeOptions of(Any options) {
        if (!are(options)) {
            return NONE;
        }
        Options message;
        try {
            message = Options.parseFrom(options.getValue());
        } catch (InvalidProtocolBufferException e) {
            throw new ShimException(
                    ErrorCode.E_OPTIONS_INVALID,
                    ShimException.Kind.INVALID_ARGUMENT,
                    "runtime options: not a message of type " + TYPE,
                    e);
        }
        Map<String, String> settings = new HashMap<>();
        if (!message.getConfigPath().isEmpty()) {
            settings.putAll(file(message.getConfigPath()));
        }
        List<String> ignored = new ArrayList<>();
        settings.putAll(body(message.getConfigBody(), ignored));
        settings.values().removeIf(String::isEmpty); // as an empty variable
        return new RuntimeOptions(Map.copyOf(settings), List.copyOf(ignored));
    }

    /** Whether it is a message of their type, whatever host its type names. */
    public static boolean are(Any message) {
        String type = message.getTypeUrl();
        return type.substring(type.lastIndexOf('/') + 1).equals(TYPE);
    }

    /** Those of the daemon alone. */
    public Map<String, String> ofDaemon() {
        Map<String, String> own = new HashMap<>(settings);
        own.keySet().retainAll(Keys.OF_A_DAEMON);
        return own;
    }

    private static Map<String, String> file(String path) {
        String source = "runtime options: " + OptionsText.shown(path);
        Map<String, String> settings = new HashMap<>();
        for (Entry entry : OptionsText.settings(source, content(path, source)).values()) {
            if (!Keys.areOurs(entry.key())) {
                throw unknown(source, entry);
            }
            settings.put(entry.key(), valid(source, entry));
        }
        return settings;
    }

    private static String content(String path, String source) {
        if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw ShimException.invalid(
                    ErrorCode.E_OPTIONS_INVALID, source + ": an absolute path is needed");
        }
        // O_NONBLOCK: a FIFO must not stop us
        try (Fd file = Fd.open(Path.of(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)) {
            if (!file.stat().isRegular()) {
                throw ShimException.invalid(ErrorCode.E_OPTIONS_INVALID, source + ": not a file");
            }
            return text(ByteString.copyFrom(file.readAll(LIMIT)), source);
        } catch (LinuxException e) {
            throw new ShimException(
                    ErrorCode.E_OPTIONS_INVALID,
                    ShimException.Kind.INVALID_ARGUMENT,
                    source + ": " + e.errno().text(),
                    e);
        }
    }

    private static Map<String, String> body(ByteString body, List<String> ignored) {
        String source = "runtime options: config_body";
        if (body.size() > LIMIT) {
            throw ShimException.invalid(
                    ErrorCode.E_OPTIONS_INVALID, source + ": more than " + LIMIT + " bytes");
        }
        Map<String, String> settings = new HashMap<>();
        for (Entry entry : OptionsText.toml(source, text(body, source)).values()) {
            if (Keys.areOthers(entry.key())) {
                ignored.add(entry.key());
            } else if (Keys.areOurs(entry.key())) {
                settings.put(entry.key(), valid(source, entry));
            } else {
                throw unknown(source, entry);
            }
        }
        return settings;
    }

    private static String text(ByteString bytes, String source) {
        try {
            ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
            return StandardCharsets.UTF_8.newDecoder().decode(buffer).toString();
        } catch (CharacterCodingException e) {
            throw new ShimException(
                    ErrorCode.E_OPTIONS_INVALID,
                    ShimException.Kind.INVALID_ARGUMENT,
                    source + ": not a text in UTF-8",
                    e);
        }
    }

    private static ShimException unknown(String source, Entry entry) {
        return ShimException.invalid(
                ErrorCode.E_OPTIONS_INVALID,
                source
                        + " line "
                        + entry.line()
                        + ": unknown key \""
                        + OptionsText.shown(entry.key())
                        + "\"; there are "
                        + Keys.list());
    }

    private static String valid(String source, Entry entry) {
        String value = entry.value();
        if (value.isEmpty()) {
            return value;
        }
        try {
            Keys.check(entry.key(), value);
            return value;
        } catch (SettingsException e) {
            throw new ShimException(
                    ErrorCode.E_OPTIONS_INVALID,
                    ShimException.Kind.INVALID_ARGUMENT,
                    source + " line " + entry.line() + ": " + e.getMessage(),
                    e);
        }
    }
}
