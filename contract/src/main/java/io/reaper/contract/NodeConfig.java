package io.reaper.contract;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.util.Optional;

/**
 * The settings that the runtime reads, by their names, with their defaults; {@code
 * reaper.runtime.root} is {@code REAPER_RUNTIME_ROOT}. A new setting starts here, where it costs
 * verbs a look-up, or in {@link ShimConfig}. Texts only, checked by {@link Settings}: what a
 * converter of the configuration refuses would be lost without a word ({@link PreparedConfig}).
 */
@ConfigMapping(prefix = "reaper")
public interface NodeConfig {

    @WithName("runtime.root")
    @WithDefault("/run/reaper")
    String runtimeRoot();

    @WithName("runtime.log")
    Optional<String> runtimeLog();

    @WithName("isolation")
    @WithDefault("host")
    String isolation();

    @WithName("host.hooks")
    @WithDefault("refuse")
    String hostHooks();
}
