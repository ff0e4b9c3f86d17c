package io.reaper.shim.runtime;

import com.google.protobuf.Any;
import io.reaper.contract.Settings;
import io.reaper.shim.exit.Children;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.options.RuntimeOptions;
import java.util.Map;
import java.util.Optional;

/** Runtimes by a handler's options, then by the node's settings. */
public final class ConfiguredRuntimes implements Runtimes {

    private final Settings node;
    private final Children children;
    private final ShimLog log;
    private volatile Optional<ContainerRuntime> usual = Optional.empty();

    public ConfiguredRuntimes(Settings node, Children children, ShimLog log) {
        this.node = node;
        this.children = children;
        this.log = log;
    }

    @Override
    public ContainerRuntime by(Any options, ShimLog ofContainer) {
        RuntimeOptions chosen = RuntimeOptions.of(options);
        if (!chosen.ignored().isEmpty()) {
            ofContainer.warn(
                    "runtime options: passed over, they are for other runtimes: "
                            + String.join(", ", chosen.ignored()));
        }
        if (chosen.settings().isEmpty()) {
            return usual();
        }
        Settings settings = node.with(chosen.settings());
        return with(path(settings), settings, chosen.settings());
    }

    /** One for all containers without options, as long as its program stays where it is. */
    private ContainerRuntime usual() {
        Optional<ContainerRuntime> known = usual;
        String path = path(node);
        if (known.isPresent() && known.get().path().equals(path)) {
            return known.get();
        }
        ContainerRuntime found = with(path, node, Map.of());
        usual = Optional.of(found);
        return found;
    }

    /** A container keeps what was found for it. */
    private static String path(Settings settings) {
        return settings.runtimePath().orElseGet(() -> RuntimeBinary.unset().find());
    }

    private ContainerRuntime with(String path, Settings settings, Map<String, String> chosen) {
        RuntimeClient commands =
                new RuntimeClient(
                        RuntimeBinary.of(path), settings.runtimeRoot(), chosen, children, log);
        return new ContainerRuntime(commands, path, settings.runtimeRoot(), chosen);
    }
}
