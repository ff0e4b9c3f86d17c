package io.reaper.contract;

import io.smallrye.config.ConfigMappingContext;
import io.smallrye.config.ConfigMappingLoader;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * The framework's configuration of {@link NodeConfig} and {@link ShimConfig}, made when this class
 * is initialised: for an image while it is built, since making it takes as long as a whole command.
 * It holds no value of the builder's machine: its sources ask the {@link NodeValues} of each
 * reading.
 */
final class PreparedConfig {

    private static final String PREFIX = "reaper";
    private static final int OPTIONS_ORDINAL = 400;
    private static final int ENVIRONMENT_ORDINAL = 300;
    private static final int FILE_ORDINAL = 295;

    private static final ScopedValue<NodeValues> VALUES = ScopedValue.newInstance();

    /** {@code reaper.shim.log} → {@code REAPER_SHIM_LOG}. */
    private static final Map<String, String> NAMES = names();

    private static final SmallRyeConfigBuilder BUILDER =
            new SmallRyeConfigBuilder()
                    .withSources(
                            new LateSource(
                                    "handler's options",
                                    OPTIONS_ORDINAL,
                                    (values, name) -> values.options().get(name)),
                            new LateSource(
                                    "environment",
                                    ENVIRONMENT_ORDINAL,
                                    (values, name) -> values.environment().apply(name)),
                            new LateSource(
                                    "settings file",
                                    FILE_ORDINAL,
                                    (values, name) -> values.file().get(name)))
                    .withDefaultValues(defaults());

    private static final SmallRyeConfig CONFIG = BUILDER.build();

    // constants, so that an image calls the constructors themselves and no method handles
    private static final MethodHandle NODE =
            ConfigMappingLoader.ensureLoaded(NodeConfig.class).constructor();
    private static final MethodHandle SHIM =
            ConfigMappingLoader.ensureLoaded(ShimConfig.class).constructor();

    private PreparedConfig() {}

    static NodeConfig node(NodeValues values) {
        return ScopedValue.where(VALUES, values)
                .call(() -> (NodeConfig) map(context -> (Object) NODE.invokeExact(context)));
    }

    static ShimConfig shim(NodeValues values) {
        return ScopedValue.where(VALUES, values)
                .call(() -> (ShimConfig) map(context -> (Object) SHIM.invokeExact(context)));
    }

    private interface Constructor {
        Object make(ConfigMappingContext context) throws Throwable;
    }

    private static Object map(Constructor constructor) {
        ConfigMappingContext context =
                new ConfigMappingContext(CONFIG, BUILDER.getMappingsBuilder());
        context.applyPrefix(PREFIX);
        try {
            return constructor.make(context);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("read the settings", e);
        }
    }

    private static Map<String, String> properties() {
        Map<String, String> all = new HashMap<>();
        for (Class<?> mapping : List.of(NodeConfig.class, ShimConfig.class)) {
            all.putAll(ConfigClass.configClass(mapping).getProperties());
        }
        return all;
    }

    private static Map<String, String> defaults() {
        Map<String, String> defaults = properties();
        defaults.values().removeIf(Objects::isNull);
        return Map.copyOf(defaults);
    }

    /** The variable of each property. */
    static Map<String, String> names() {
        Map<String, String> names = new HashMap<>();
        for (String property : properties().keySet()) {
            names.put(property, property.replace('.', '_').toUpperCase(Locale.ROOT));
        }
        return Map.copyOf(names);
    }

    /** Asks the values of the reading that is going on. */
    private record LateSource(
            String name, int ordinal, BiFunction<NodeValues, String, String> lookup)
            implements ConfigSource {

        @Override
        public String getValue(String property) {
            String name = NAMES.get(property);
            if (name == null) {
                return null;
            }
            String value = lookup.apply(VALUES.get(), name);
            return value == null || value.isEmpty() ? null : value;
        }

        @Override
        public Set<String> getPropertyNames() {
            return Set.of();
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public int getOrdinal() {
            return ordinal;
        }
    }
}
