package io.reaper.source;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the packages of product sources lie to one another: arrows between them (what one names of
 * another, in an import or in full) go one way, and each says what is in it. A package below
 * another is a package of its own.
 */
final class PackageRules {

    private static final int MAX_FILES = 20;
    private static final String INFO = "package-info";

    /** Packages that may be larger, and why. */
    private static final Map<String, String> LARGER =
            Map.of("io.reaper.runtime.init.step", "a file for each step, all of one sealed type");

    /** What a part of the product may name of the others, besides itself. */
    private static final Map<String, Set<String>> BELOW =
            Map.of(
                    "io.reaper.linux", Set.of(),
                    "io.reaper.proto", Set.of(),
                    "io.reaper.contract", Set.of("io.reaper.linux"),
                    "io.reaper.runtime", Set.of("io.reaper.linux", "io.reaper.contract"),
                    "io.reaper.shim",
                            Set.of("io.reaper.linux", "io.reaper.contract", "io.reaper.proto"));

    /** Where the programs begin: above all of their packages. */
    private static final Set<String> ENTRIES =
            Set.of("io.reaper.runtime.ReaperRuntime", "io.reaper.shim.ReaperShim");

    private static final Pattern PACKAGE =
            Pattern.compile("^\\s*package\\s+([\\w.]+)\\s*;", Pattern.MULTILINE);

    /**
     * A class by its full name, of which the first part that begins with a capital is the class.
     */
    private static final Pattern NAME =
            Pattern.compile("(?<![\\w.])((?:[a-z]\\w*\\.)+)([A-Z*]\\w*)?");

    /**
     * One file.
     *
     * @param name of the package
     * @param type the file's name without its ending
     * @param named the product's classes outside the package that it names
     */
    record Source(String name, String type, Set<Named> named) {

        static Source of(String fileName, String text) {
            String code = SourceRules.withoutCommentsAndLiterals(text);
            Matcher declared = PACKAGE.matcher(code);
            String name = declared.find() ? declared.group(1) : "";
            Set<Named> named = new TreeSet<>();
            for (Matcher m = NAME.matcher(code); m.find(); ) {
                String other = m.group(1).substring(0, m.group(1).length() - 1);
                if (other.startsWith("io.reaper.") && m.group(2) != null && !other.equals(name)) {
                    named.add(new Named(other, m.group(2)));
                }
            }
            return new Source(name, fileName.replaceFirst("\\.java$", ""), named);
        }

        @Override
        public String toString() {
            return name + "." + type;
        }
    }

    /** A class that is named; its simple name is {@code *} where all of a package are imported. */
    record Named(String name, String type) implements Comparable<Named> {

        @Override
        public int compareTo(Named other) {
            return toString().compareTo(other.toString());
        }

        @Override
        public String toString() {
            return name + "." + type;
        }
    }

    private PackageRules() {}

    /**
     * Checks one module.
     *
     * @return one line per violation, empty if there is none
     */
    static List<String> check(Collection<Source> module) {
        List<String> found = new ArrayList<>();
        found.addAll(circles(module));
        found.addAll(arrowsUp(module));
        found.addAll(packages(module));
        return found;
    }

    /** Each circle of packages once, with the classes that close it. */
    private static List<String> circles(Collection<Source> module) {
        Map<String, Map<String, String>> arrows = new TreeMap<>();
        for (Source source : module) {
            arrows.computeIfAbsent(source.name(), name -> new TreeMap<>());
        }
        for (Source source : module) {
            for (Named named : source.named()) {
                if (arrows.containsKey(named.name())) {
                    arrows.get(source.name())
                            .putIfAbsent(named.name(), source.type() + " names " + named);
                }
            }
        }
        List<String> found = new ArrayList<>();
        Set<String> done = new TreeSet<>();
        for (String name : arrows.keySet()) {
            follow(name, arrows, new ArrayList<>(), done, found);
        }
        return found;
    }

    private static void follow(
            String name,
            Map<String, Map<String, String>> arrows,
            List<String> way,
            Set<String> done,
            List<String> found) {
        int seen = way.indexOf(name);
        if (seen >= 0) {
            List<String> circle = new ArrayList<>(way.subList(seen, way.size()));
            circle.add(name);
            StringBuilder line = new StringBuilder("packages in a circle: ");
            line.append(String.join(" -> ", circle));
            for (int i = 0; i + 1 < circle.size(); i++) {
                line.append("; ").append(arrows.get(circle.get(i)).get(circle.get(i + 1)));
            }
            found.add(line.toString());
            return;
        }
        if (done.contains(name)) {
            return;
        }
        way.add(name);
        for (String next : arrows.get(name).keySet()) {
            follow(next, arrows, way, done, found);
        }
        way.removeLast();
        done.add(name);
    }

    /** To a part of the product above or beside, or to a program's entry. */
    private static List<String> arrowsUp(Collection<Source> module) {
        List<String> found = new ArrayList<>();
        for (Source source : module) {
            String part = part(source.name());
            for (Named named : source.named()) {
                String other = part(named.name());
                if (!other.equals(part) && !BELOW.getOrDefault(part, Set.of()).contains(other)) {
                    found.add(source + ": " + part + " names " + named);
                } else if (ENTRIES.contains(named.toString())) {
                    found.add(source + ": the entry " + named + " is named from below");
                }
            }
        }
        return found;
    }

    private static String part(String name) {
        String[] parts = name.split("\\.", -1);
        return parts.length < 3 ? name : String.join(".", parts[0], parts[1], parts[2]);
    }

    private static List<String> packages(Collection<Source> module) {
        Map<String, Set<String>> types = new TreeMap<>();
        for (Source source : module) {
            types.computeIfAbsent(source.name(), name -> new TreeSet<>()).add(source.type());
        }
        List<String> found = new ArrayList<>();
        types.forEach(
                (name, files) -> {
                    if (!files.remove(INFO)) {
                        found.add(name + ": no " + INFO + ".java, which says what is in it");
                    }
                    if (files.size() > MAX_FILES && !LARGER.containsKey(name)) {
                        found.add(name + ": " + files.size() + " files, " + MAX_FILES + " at most");
                    }
                    if (files.isEmpty()) {
                        found.add(name + ": nothing in it");
                    }
                });
        return found;
    }
}
