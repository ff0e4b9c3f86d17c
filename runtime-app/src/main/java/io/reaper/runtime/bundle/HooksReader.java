package io.reaper.runtime.bundle;

import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.hooks.Hook;
import io.reaper.runtime.hooks.HookKind;
import io.reaper.runtime.hooks.Hooks;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads {@code hooks} (runtime-spec 1.3.0, config.md, "POSIX-platform Hooks"). */
final class HooksReader {

    private HooksReader() {}

    /** The hooks which are the current value; kinds that are not known are passed over. */
    static Hooks read(JsonInput json) {
        Map<HookKind, List<Hook>> lists = new EnumMap<>(HookKind.class);
        json.enterObject();
        while (json.nextProperty()) {
            Optional<HookKind> kind = kind(json.property());
            if (kind.isPresent()) {
                lists.put(kind.get(), hooks(json));
            } else {
                json.skip();
            }
        }
        return new Hooks(lists);
    }

    private static Optional<HookKind> kind(String property) {
        for (HookKind kind : HookKind.values()) {
            if (kind.property().equals(property)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    private static List<Hook> hooks(JsonInput json) {
        List<Hook> hooks = new ArrayList<>();
        json.enterArray();
        while (json.nextElement()) {
            hooks.add(hook(json));
        }
        return List.copyOf(hooks);
    }

    private static Hook hook(JsonInput json) {
        String path = "";
        List<String> args = List.of();
        List<String> env = List.of();
        OptionalInt timeout = OptionalInt.empty();
        json.enterObject();
        while (json.nextProperty()) {
            switch (json.property()) {
                case "path" -> path = absolute(json);
                case "args" -> args = json.strings();
                case "env" -> env = json.strings();
                case "timeout" -> timeout = OptionalInt.of(json.int32(1, Integer.MAX_VALUE));
                default -> json.skip();
            }
        }
        if (path.isEmpty()) {
            throw json.wrong("path is missing");
        }
        return new Hook(path, args, env, timeout);
    }

    private static String absolute(JsonInput json) {
        String path = json.string();
        if (!path.startsWith("/")) {
            throw json.wrong(Excerpt.quoted(path) + " is not an absolute path");
        }
        return path;
    }
}
