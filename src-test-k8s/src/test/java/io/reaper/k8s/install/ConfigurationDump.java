package io.reaper.k8s.install;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What `containerd config dump` prints, as tables by name without quotes. Its form is regular: one
 * line for a key, one for a table's head.
 */
record ConfigurationDump(Map<String, List<String>> tables) {

    static ConfigurationDump of(String text) {
        Map<String, List<String>> tables = new LinkedHashMap<>();
        List<String> keys = new ArrayList<>();
        tables.put("", keys);
        for (String line : text.lines().map(String::strip).toList()) {
            if (line.startsWith("[")) {
                keys = new ArrayList<>();
                tables.put(line.substring(1, line.length() - 1).replaceAll("[\"']", ""), keys);
            } else if (!line.isEmpty() && !line.startsWith("imports = ")) {
                keys.add(line.replace('\'', '"'));
            }
        }
        return new ConfigurationDump(tables);
    }

    /** The keys of a handler's own table; empty when it has none. */
    List<String> handler(String name) {
        return tables.entrySet().stream()
                .filter(table -> table.getKey().endsWith(".containerd.runtimes." + name))
                .flatMap(table -> table.getValue().stream())
                .toList();
    }

    /** All tables that say something, but for those of a handler. */
    Map<String, List<String>> without(String name) {
        return tables.entrySet().stream()
                .filter(table -> !table.getValue().isEmpty())
                .filter(table -> !(table.getKey() + ".").contains(".runtimes." + name + "."))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
