package io.reaper.shim.self;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How to run this very program again.
 *
 * @param path of the executable
 * @param words argv up to the program's own arguments
 */
public record SelfCommand(String path, List<String> words) {

    /** Set by the launcher script of the JVM mode to its own path. */
    private static final String LAUNCHER = "reaper.launcher";

    /** The program's entry, by its name alone: nothing here leads up to it. */
    static final String MAIN_CLASS = "io.reaper.shim.ReaperShim";

    private static final String DELETED = " (deleted)";

    public static SelfCommand current() {
        String launcher = System.getProperty(LAUNCHER, "");
        if (!launcher.isEmpty()) {
            return new SelfCommand(launcher, List.of(launcher));
        }
        try {
            String exe = installed(Files.readSymbolicLink(Path.of("/proc/self/exe")).toString());
            String commandLine = Files.readString(Path.of("/proc/self/cmdline"));
            return new SelfCommand(exe, prefix(List.of(commandLine.split("\0", 0))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it lies; empty for classes that a Java elsewhere runs, without a launcher. */
    public Optional<Path> directory() {
        return words.size() == 1
                ? Optional.ofNullable(Path.of(path).getParent())
                : Optional.empty();
    }

    /**
     * The place of a program that was replaced while it ran, which the kernel shows as deleted
     * (proc(5)): the new one is there.
     */
    static String installed(String link) {
        return link.endsWith(DELETED) ? link.substring(0, link.length() - DELETED.length()) : link;
    }

    /** Java with its options and our jar or class; of an executable its name alone. */
    static List<String> prefix(List<String> commandLine) {
        int jar = commandLine.indexOf("-jar");
        if (jar >= 0) {
            return commandLine.subList(0, jar + 2);
        }
        int main = commandLine.indexOf(MAIN_CLASS);
        return commandLine.subList(0, main < 0 ? 1 : main + 1);
    }
}
