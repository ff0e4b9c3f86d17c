package io.reaper.runtime.mount;

import io.reaper.linux.mount.MountAttributes;
import io.reaper.linux.mount.MountFlags;
import io.reaper.linux.mount.Propagation;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What an option of {@code mounts[].options} means that does not go to the filesystem (runtime-spec
 * 1.3, config.md, "Linux mount options").
 */
sealed interface OptionWord {

    /** Says nothing. */
    record Nothing() implements OptionWord {}

    /** What is to be done at all. */
    enum Kind implements OptionWord {
        BIND,
        RBIND,
        REMOUNT,
        COPY_UP,
        NO_COPY_UP
    }

    /**
     * An attribute of the mount.
     *
     * @param bit of {@link MountAttributes}
     */
    record Attribute(int bit, boolean set, boolean recursive) implements OptionWord {}

    /** One of the three that decide the access time. */
    record AccessTime(Rule rule, boolean set, boolean recursive) implements OptionWord {}

    /** As {@code mount(2)} ranks them: the later one wins. */
    enum Rule {
        RELATIME,
        NOATIME,
        STRICTATIME
    }

    /**
     * A flag of the filesystem, not of the mount.
     *
     * @param flag of {@code mount(2)}
     */
    record Superblock(long flag, boolean set) implements OptionWord {}

    /** What becomes of mounts below it. */
    record Propagate(Propagation propagation, boolean recursive) implements OptionWord {}

    /** Empty for what goes to the filesystem. */
    static Optional<OptionWord> of(String option) {
        return Optional.ofNullable(Table.WORDS.get(option));
    }

    /** All of them, sorted. */
    static List<String> words() {
        return List.copyOf(new TreeSet<>(Table.WORDS.keySet()));
    }

    /** By name. */
    final class Table {

        private static final Map<String, OptionWord> WORDS = table();

        private Table() {}

        private static Map<String, OptionWord> table() {
            Map<String, OptionWord> words = new HashMap<>();
            words.put("defaults", new Nothing());
            words.put("bind", Kind.BIND);
            words.put("rbind", Kind.RBIND);
            words.put("remount", Kind.REMOUNT);
            words.put("tmpcopyup", Kind.COPY_UP);
            words.put("notmpcopyup", Kind.NO_COPY_UP);
            attribute(words, "ro", "rw", MountAttributes.RDONLY);
            attribute(words, "nosuid", "suid", MountAttributes.NOSUID);
            attribute(words, "nodev", "dev", MountAttributes.NODEV);
            attribute(words, "noexec", "exec", MountAttributes.NOEXEC);
            attribute(words, "nodiratime", "diratime", MountAttributes.NODIRATIME);
            attribute(words, "nosymfollow", "symfollow", MountAttributes.NOSYMFOLLOW);
            accessTime(words, "noatime", "atime", Rule.NOATIME);
            accessTime(words, "relatime", "norelatime", Rule.RELATIME);
            accessTime(words, "strictatime", "nostrictatime", Rule.STRICTATIME);
            superblock(words, "sync", "async", MountFlags.SYNCHRONOUS);
            superblock(words, "mand", "nomand", MountFlags.MANDLOCK);
            superblock(words, "lazytime", "nolazytime", MountFlags.LAZYTIME);
            superblock(words, "iversion", "noiversion", MountFlags.I_VERSION);
            superblock(words, "silent", "loud", MountFlags.SILENT);
            words.put("dirsync", new Superblock(MountFlags.DIRSYNC, true));
            for (Propagation propagation : Propagation.values()) {
                String word = propagation.name().toLowerCase(Locale.ROOT);
                words.put(word, new Propagate(propagation, false));
                words.put("r" + word, new Propagate(propagation, true));
            }
            return words;
        }

        /** With the two that change the mounts below it, too. */
        private static void attribute(
                Map<String, OptionWord> words, String set, String clear, int bit) {
            words.put(set, new Attribute(bit, true, false));
            words.put(clear, new Attribute(bit, false, false));
            words.put("r" + set, new Attribute(bit, true, true));
            words.put("r" + clear, new Attribute(bit, false, true));
        }

        private static void accessTime(
                Map<String, OptionWord> words, String set, String clear, Rule rule) {
            words.put(set, new AccessTime(rule, true, false));
            words.put(clear, new AccessTime(rule, false, false));
            words.put("r" + set, new AccessTime(rule, true, true));
            words.put("r" + clear, new AccessTime(rule, false, true));
        }

        private static void superblock(
                Map<String, OptionWord> words, String set, String clear, long flag) {
            words.put(set, new Superblock(flag, true));
            words.put(clear, new Superblock(flag, false));
        }
    }
}
