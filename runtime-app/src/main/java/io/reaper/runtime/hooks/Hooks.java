package io.reaper.runtime.hooks;

import java.util.List;
import java.util.Map;

/** All hooks of a configuration, each kind in its order. */
public record Hooks(Map<HookKind, List<Hook>> lists) {

    public static final Hooks NONE = new Hooks(Map.of());

    public Hooks {
        lists = Map.copyOf(lists);
    }

    public List<Hook> of(HookKind kind) {
        return lists.getOrDefault(kind, List.of());
    }

    public boolean has(HookKind kind) {
        return !of(kind).isEmpty();
    }
}
