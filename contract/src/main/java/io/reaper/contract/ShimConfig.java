package io.reaper.contract;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.util.Optional;

/** The settings that the shim alone reads, like those of {@link NodeConfig}. */
@ConfigMapping(prefix = "reaper")
public interface ShimConfig {

    @WithName("runtime.path")
    Optional<String> runtimePath();

    @WithName("shim.log")
    Optional<String> shimLog();

    @WithName("shim.trim")
    @WithDefault("on")
    String shimTrim();
}
