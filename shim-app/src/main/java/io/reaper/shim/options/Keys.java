package io.reaper.shim.options;

import io.reaper.contract.Isolation;
import io.reaper.contract.Settings;
import io.reaper.contract.SettingsException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The keys that a handler's table of options may hold, and what their values must be. */
final class Keys {

    /** For each container: which runtime it is, and that runtime's own. */
    private static final List<String> OF_A_CONTAINER =
            List.of(
                    Settings.ISOLATION,
                    Settings.HOST_HOOKS,
                    Settings.RUNTIME_PATH,
                    Settings.RUNTIME_ROOT,
                    Settings.RUNTIME_LOG);

    /** The daemon's own, which the group's first container chooses. */
    static final List<String> OF_A_DAEMON = List.of(Settings.SHIM_LOG, Settings.SHIM_TRIM);

    /** runc's, which people copy from one table to another, and the message's own fields. */
    private static final Set<String> OF_OTHERS =
            Set.of(
                    "NoPivotRoot",
                    "NoNewKeyring",
                    "ShimCgroup",
                    "IoUid",
                    "IoGid",
                    "BinaryName",
                    "Root",
                    "CriuPath",
                    "SystemdCgroup",
                    "CriuImagePath",
                    "CriuWorkPath",
                    "TaskApiAddress",
                    "TaskApiVersion",
                    "TypeUrl",
                    "ConfigPath");

    private Keys() {}

    static boolean areOurs(String key) {
        return OF_A_CONTAINER.contains(key) || OF_A_DAEMON.contains(key);
    }

    /** Whether it means something to another runtime, so that it may stand there. */
    static boolean areOthers(String key) {
        return OF_OTHERS.contains(key);
    }

    /** All of ours, for a message. */
    static String list() {
        return String.join(", ", OF_A_CONTAINER) + ", " + String.join(", ", OF_A_DAEMON);
    }

    /**
     * @throws SettingsException if it is no value of that key
     */
    static void check(String key, String value) {
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw new SettingsException(key + ": control characters are no part of a value");
        }
        Settings settings = Settings.defaults().with(Map.of(key, value));
        switch (key) {
            case Settings.ISOLATION -> {
                Isolation unused = settings.isolation();
            }
            case Settings.HOST_HOOKS -> {
                boolean unused = settings.runsNetworkHooks();
            }
            case Settings.SHIM_TRIM -> {
                boolean unused = settings.shimTrim();
            }
            case Settings.RUNTIME_PATH -> checkAbsolute(key, value, value.indexOf('/') < 0);
            default -> checkAbsolute(key, value, false);
        }
    }

    private static void checkAbsolute(String key, String value, boolean otherwise) {
        if (!value.startsWith("/") && !otherwise) {
            throw new SettingsException(
                    key + "=" + OptionsText.shown(value) + ": an absolute path is needed");
        }
    }
}
