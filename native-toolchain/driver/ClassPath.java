package io.reaper.toolchain;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Directories and jars, each once, with those that a jar's manifest names. Entries that do not
 * exist are left out.
 */
final class ClassPath {

    private final Set<Path> entries = new LinkedHashSet<>();

    /** Adds entries separated by colons. */
    void add(String path) throws IOException {
        for (String entry : path.split(File.pathSeparator)) {
            if (!entry.isEmpty()) {
                add(Main.absolute(entry));
            }
        }
    }

    void addJar(Path jar) throws IOException {
        if (!Files.isReadable(jar)) {
            throw new IllegalArgumentException("cannot read " + jar);
        }
        add(jar);
    }

    private void add(Path entry) throws IOException {
        if (!Files.exists(entry) || !entries.add(entry) || Files.isDirectory(entry)) {
            return;
        }
        for (String relative : JarManifest.of(entry).classPath()) {
            add(Path.of(entry.toUri().resolve(relative)));
        }
    }

    List<Path> entries() {
        return List.copyOf(entries);
    }
}
