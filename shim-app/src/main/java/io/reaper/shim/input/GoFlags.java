package io.reaper.shim.input;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The syntax of Go's package flag, in which containerd calls shims: {@code -id x}, {@code -id=x},
 * {@code --id x} and {@code --id=x} mean the same, and the first word that is no flag is the
 * action. Flags may also follow it. What later versions of containerd may add is passed over.
 */
public final class GoFlags {

    private static final Set<String> WITH_VALUE =
            Set.of(
                    "namespace",
                    "id",
                    "address",
                    "bundle",
                    "socket",
                    "ttrpc-address",
                    "start-fd",
                    "expect");

    /** Those of containerd that we have no use for: events go to TTRPC_ADDRESS. */
    private static final Set<String> IGNORED_WITH_VALUE = Set.of("publish-binary", "debug-socket");

    private static final Set<String> SWITCHES = Set.of("debug");
    private static final Set<String> ACTIONS = Set.of("start", "delete", "serve");

    private static final Set<String> WITHOUT_FLAGS = Set.of("info", "version", "help");

    private GoFlags() {}

    /** The same call for picocli: the action first, then {@code --name=value} for what we know. */
    public static String[] toPicocli(String... args) {
        List<String> words = new ArrayList<>();
        List<String> options = new ArrayList<>();
        boolean flagsEnded = false;
        for (int i = 0; i < args.length; i++) {
            String arg = args[i];
            if (flagsEnded || !arg.startsWith("-") || arg.equals("-")) {
                words.add(arg);
                continue;
            }
            if (arg.equals("--")) {
                flagsEnded = true;
                continue;
            }
            String flag = arg.substring(arg.startsWith("--") ? 2 : 1);
            int equals = flag.indexOf('=');
            String name = equals < 0 ? flag : flag.substring(0, equals);
            String value = equals < 0 ? "" : flag.substring(equals + 1);
            boolean separate = equals < 0 && i + 1 < args.length;
            switch (name) {
                case "info" -> words.addFirst("info");
                case "v", "version" -> words.addFirst("version");
                case "h", "help" -> words.addFirst("help");
                default -> {
                    if (WITH_VALUE.contains(name)) {
                        options.add("--" + name + "=" + (separate ? args[++i] : value));
                    } else if (SWITCHES.contains(name)) {
                        options.add("--" + name + "=" + isTrue(equals, value));
                    } else if (separate && isValue(name, args[i + 1])) {
                        i++;
                    }
                }
            }
        }
        if (!words.isEmpty() && WITHOUT_FLAGS.contains(words.getFirst())) {
            return new String[] {words.getFirst()};
        }
        List<String> call = new ArrayList<>(words);
        call.addAll(options);
        return call.toArray(String[]::new);
    }

    /** Go's strconv.ParseBool; a switch that is only named is on. */
    private static boolean isTrue(int equals, String value) {
        return equals < 0 || Set.of("1", "t", "T", "true", "True", "TRUE").contains(value);
    }

    /** Of a flag that nobody told us of, what follows is its value unless it looks like more. */
    private static boolean isValue(String name, String next) {
        return IGNORED_WITH_VALUE.contains(name)
                || (!next.startsWith("-") && !ACTIONS.contains(next));
    }
}
