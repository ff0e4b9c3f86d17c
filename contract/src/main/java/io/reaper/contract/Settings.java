package io.reaper.contract;

import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.process.Environment;
import io.reaper.linux.seam.LinuxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The node's settings: the environment, then {@code /etc/reaper/reaper.conf} (or the file that
 * {@code REAPER_CONFIG} names), then defaults. Options of a RuntimeClass go before all of them
 * ({@link #with}). A plain class instead of the framework's configuration, since the short-lived
 * commands start without the framework.
 */
public final class Settings {

    public static final String RUNTIME_PATH = "REAPER_RUNTIME_PATH";
    public static final String RUNTIME_ROOT = "REAPER_RUNTIME_ROOT";
    public static final String RUNTIME_LOG = "REAPER_RUNTIME_LOG";
    public static final String SHIM_LOG = "REAPER_SHIM_LOG";
    public static final String SHIM_TRIM = "REAPER_SHIM_TRIM";
    public static final String ISOLATION = "REAPER_ISOLATION";
    public static final String HOST_HOOKS = "REAPER_HOST_HOOKS";
    public static final String CONFIG = "REAPER_CONFIG";

    private static final int FILE_LIMIT = 1024 * 1024;
    private static final Path DEFAULT_FILE = Path.of("/etc/reaper/reaper.conf");
    private static final String DEFAULT_RUNTIME_PATH = "/usr/local/bin/reaper-runtime";
    private static final String DEFAULT_RUNTIME_ROOT = "/run/reaper";

    private final Map<String, String> options;
    private final UnaryOperator<String> environment;
    private final Map<String, String> file;

    /**
     * @param environment the value of a variable, or null
     */
    private Settings(
            Map<String, String> options,
            UnaryOperator<String> environment,
            Map<String, String> file) {
        this.options = Map.copyOf(options);
        this.environment = environment;
        this.file = file;
    }

    /** Defaults alone, whatever the environment says. */
    public static Settings defaults() {
        return new Settings(Map.of(), name -> null, Map.of());
    }

    /**
     * Reads the environment and the file once.
     *
     * @throws SettingsException if the file cannot be read or a line of it is no assignment
     */
    public static Settings load() {
        return load(Environment::variable);
    }

    static Settings load(Map<String, String> environment) {
        return load(environment::get);
    }

    private static Settings load(UnaryOperator<String> environment) {
        String named = environment.apply(CONFIG);
        Path path = named == null || named.isEmpty() ? DEFAULT_FILE : Path.of(named);
        Optional<byte[]> content = content(path);
        if (content.isPresent()) {
            String text = new String(content.get(), StandardCharsets.UTF_8);
            return new Settings(Map.of(), environment, parse(path, text));
        }
        if (path.equals(DEFAULT_FILE)) {
            return new Settings(Map.of(), environment, Map.of());
        }
        throw new SettingsException(CONFIG + "=" + path + ": no such file");
    }

    private static Optional<byte[]> content(Path path) {
        try {
            return LinuxFiles.read(path, FILE_LIMIT);
        } catch (LinuxException e) {
            throw new SettingsException("read " + path + ": " + e.errno().text());
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
                        "%s line %d: expected REAPER_X=value, found \"%s\""
                                .formatted(path, number, line));
            }
            values.put(key, line.substring(equals + 1).strip());
        }
        return values;
    }

    /**
     * These settings below options, which win.
     *
     * @param chosen by name; none is empty
     */
    public Settings with(Map<String, String> chosen) {
        Map<String, String> both = new HashMap<>(options);
        both.putAll(chosen);
        return new Settings(both, environment, file);
    }

    private Optional<String> value(String key) {
        return Optional.ofNullable(options.get(key))
                .or(() -> Optional.ofNullable(environment.apply(key)).filter(v -> !v.isEmpty()))
                .or(() -> Optional.ofNullable(file.get(key)).filter(v -> !v.isEmpty()));
    }

    /** The OCI runtime the shim calls: a path, or a name to be found in PATH. */
    public String runtimePath() {
        return value(RUNTIME_PATH).orElse(DEFAULT_RUNTIME_PATH);
    }

    /** Where the runtime keeps its containers' directories. */
    public Path runtimeRoot() {
        return Path.of(value(RUNTIME_ROOT).orElse(DEFAULT_RUNTIME_ROOT));
    }

    public Optional<Path> runtimeLog() {
        return value(RUNTIME_LOG).map(Path::of);
    }

    public Optional<Path> shimLog() {
        return value(SHIM_LOG).map(Path::of);
    }

    /**
     * Whether an idle shim gives back the memory that it does not need while it is idle.
     *
     * @throws SettingsException for any value but "on" and "off"; unset means on
     */
    public boolean shimTrim() {
        String wanted = value(SHIM_TRIM).orElse("on");
        return switch (wanted) {
            case "on" -> true;
            case "off" -> false;
            default ->
                    throw new SettingsException(
                            SHIM_TRIM + "=" + wanted + ": unknown value; there are on and off");
        };
    }

    /**
     * How containers are kept apart.
     *
     * @throws SettingsException for any value but "host"; unset means host
     */
    public Isolation isolation() {
        String wanted = value(ISOLATION).orElse("host");
        if (!wanted.equals("host")) {
            throw new SettingsException(
                    "%s=%s: unknown value; this version knows \"host\""
                            .formatted(ISOLATION, wanted));
        }
        return Isolation.HOST;
    }

    /**
     * Whether hooks that set up a network are run although there is no network namespace.
     *
     * @throws SettingsException for any value but "refuse" and "run"; unset means refuse
     */
    public boolean runsNetworkHooks() {
        String wanted = value(HOST_HOOKS).orElse("refuse");
        return switch (wanted) {
            case "run" -> true;
            case "refuse" -> false;
            default ->
                    throw new SettingsException(
                            HOST_HOOKS
                                    + "="
                                    + wanted
                                    + ": unknown value; there are refuse and run");
        };
    }
}
