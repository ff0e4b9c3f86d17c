package io.reaper.contract;

import io.reaper.linux.process.Environment;
import io.reaper.linux.text.Excerpt;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The node's settings: the environment, then {@code /etc/reaper/reaper.conf} (or the file that
 * {@code REAPER_CONFIG} names), then the defaults of {@link NodeConfig} and {@link ShimConfig}.
 * Options of a RuntimeClass go before all of them ({@link #with}). What a value may be is checked
 * where it is asked for.
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

    private final NodeValues values;
    private volatile Optional<NodeConfig> node = Optional.empty();
    private volatile Optional<ShimConfig> shim = Optional.empty();

    private Settings(NodeValues values) {
        this.values = values;
    }

    // read at their first use: a command whose options say all looks nothing up

    private NodeConfig node() {
        NodeConfig known = node.orElseGet(() -> PreparedConfig.node(values));
        node = Optional.of(known);
        return known;
    }

    private ShimConfig shim() {
        ShimConfig known = shim.orElseGet(() -> PreparedConfig.shim(values));
        shim = Optional.of(known);
        return known;
    }

    /** Defaults alone, whatever the environment says. */
    public static Settings defaults() {
        return new Settings(NodeValues.NONE);
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
        Map<String, String> file = SettingsFile.read(environment.apply(CONFIG));
        return new Settings(new NodeValues(Map.of(), environment, file));
    }

    /**
     * These settings below options, which win.
     *
     * @param chosen by name; none is empty
     */
    public Settings with(Map<String, String> chosen) {
        Map<String, String> both = new HashMap<>(values.options());
        both.putAll(chosen);
        return new Settings(new NodeValues(both, values.environment(), values.file()));
    }

    /**
     * The OCI runtime the shim calls: a path, or a name to be found in PATH; unset: to be found.
     */
    public Optional<String> runtimePath() {
        return shim().runtimePath();
    }

    /** Where the runtime keeps its containers' directories. */
    public Path runtimeRoot() {
        return Path.of(node().runtimeRoot());
    }

    public Optional<Path> runtimeLog() {
        return node().runtimeLog().map(Path::of);
    }

    public Optional<Path> shimLog() {
        return shim().shimLog().map(Path::of);
    }

    /**
     * Whether an idle shim gives back the memory that it does not need while it is idle.
     *
     * @throws SettingsException for any value but "on" and "off"; unset means on
     */
    public boolean shimTrim() {
        String wanted = shim().shimTrim();
        return switch (wanted) {
            case "on" -> true;
            case "off" -> false;
            default ->
                    throw new SettingsException(
                            SHIM_TRIM
                                    + "="
                                    + Excerpt.of(wanted)
                                    + ": unknown value; there are on and off");
        };
    }

    /**
     * How containers are kept apart.
     *
     * @throws SettingsException for any value but "host" and "oci"; unset means host
     */
    public Isolation isolation() {
        String wanted = node().isolation();
        return Isolation.of(wanted)
                .orElseThrow(
                        () ->
                                new SettingsException(
                                        ISOLATION
                                                + "="
                                                + Excerpt.of(wanted)
                                                + ": unknown value; there are host and oci"));
    }

    /**
     * Whether hooks that set up a network are run although there is no network namespace.
     *
     * @throws SettingsException for any value but "refuse" and "run"; unset means refuse
     */
    public boolean runsNetworkHooks() {
        String wanted = node().hostHooks();
        return switch (wanted) {
            case "run" -> true;
            case "refuse" -> false;
            default ->
                    throw new SettingsException(
                            HOST_HOOKS
                                    + "="
                                    + Excerpt.of(wanted)
                                    + ": unknown value; there are refuse and run");
        };
    }
}
