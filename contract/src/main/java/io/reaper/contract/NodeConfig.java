package io.reaper.contract;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.util.Optional;

/**
 * The node's settings by their names, with their defaults; {@code reaper.runtime.path} is {@code
 * REAPER_RUNTIME_PATH}. A new setting starts here. Texts only, checked by {@link Settings}: what a
 * converter of the configuration refuses would be lost without a word ({@link PreparedConfig}).
 */
@ConfigMapping(prefix = "reaper")
public interface NodeConfig {

    @WithName("runtime.path")
    @WithDefault("/usr/local/bin/reaper-runtime")
    String runtimePath();

    @WithName("runtime.root")
    @WithDefault("/run/reaper")
    String runtimeRoot();

    @WithName("runtime.log")
    Optional<String> runtimeLog();

    @WithName("shim.log")
    Optional<String> shimLog();

    @WithName("shim.trim")
    @WithDefault("on")
    String shimTrim();

    @WithName("isolation")
    @WithDefault("host")
    String isolation();

    @WithName("host.hooks")
    @WithDefault("refuse")
    String hostHooks();
}
