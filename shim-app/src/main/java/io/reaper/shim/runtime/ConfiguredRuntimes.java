package io.reaper.shim.runtime;

import com.google.protobuf.Any;
import io.reaper.contract.Settings;
import io.reaper.shim.exit.Children;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.options.RuntimeOptions;
import java.util.Map;

/** Runtimes by a handler's options, then by the node's settings. */
public final class ConfiguredRuntimes implements Runtimes {

    private final Settings node;
    private final Children children;
    private final ShimLog log;
    private final ContainerRuntime usual;

    public ConfiguredRuntimes(Settings node, Children children, ShimLog log) {
        this.node = node;
        this.children = children;
        this.log = log;
        this.usual = with(Map.of());
    }

    @Override
    public ContainerRuntime by(Any options, ShimLog ofContainer) {
        RuntimeOptions chosen = RuntimeOptions.of(options);
        if (!chosen.ignored().isEmpty()) {
            ofContainer.warn(
                    "runtime options: passed over, they are for other runtimes: "
                            + String.join(", ", chosen.ignored()));
        }
        return chosen.settings().isEmpty() ? usual : with(chosen.settings());
    }

    private ContainerRuntime with(Map<String, String> chosen) {
        Settings settings = node.with(chosen);
        RuntimeClient commands =
                new RuntimeClient(
                        settings.runtimePath(), settings.runtimeRoot(), chosen, children, log);
        return new ContainerRuntime(
                commands, settings.runtimePath(), settings.runtimeRoot(), chosen);
    }
}
