package io.reaper.runtime.mount;

import io.reaper.linux.mount.MountAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code mounts[].options} taken apart.
 *
 * @param bind whether a bind mount is asked for
 * @param rbind with the mounts below the source
 * @param remount what is mounted there already is changed
 * @param copyUp what lies at the destination is copied into the tmpfs
 * @param attributes of the mount
 * @param recursive attributes of the mount and of those below it
 * @param propagation in the order in which it is to be applied
 * @param superblock flags of {@code mount(2)} that are the filesystem's
 * @param superblockCleared those that are named with their opposite
 * @param data what goes to the filesystem, without words that only user space knows
 */
record MountOptions(
        boolean bind,
        boolean rbind,
        boolean remount,
        boolean copyUp,
        MountAttributes attributes,
        MountAttributes recursive,
        List<OptionWord.Propagate> propagation,
        long superblock,
        long superblockCleared,
        List<String> data) {

    private static final char QUOTE = '"';

    static MountOptions of(List<String> options) {
        return new Parser().parse(options);
    }

    /** All that do not go to the filesystem, sorted: what {@code features} says. */
    static List<String> words() {
        return OptionWord.words();
    }

    /** Those among the options that change the mounts below, too. */
    static String recursiveWords(List<String> options) {
        List<String> found = new ArrayList<>();
        for (String option : options) {
            boolean recursive =
                    switch (OptionWord.of(option).orElse(new OptionWord.Nothing())) {
                        case OptionWord.Attribute word -> word.recursive();
                        case OptionWord.AccessTime word -> word.recursive();
                        default -> false;
                    };
            if (recursive) {
                found.add(option);
            }
        }
        return String.join(", ", found);
    }

    private static final class Parser {

        private boolean bind;
        private boolean rbind;
        private boolean remount;
        private boolean copyUp;
        private final AttributeChange attributes = new AttributeChange();
        private final AttributeChange recursive = new AttributeChange();
        private final List<OptionWord.Propagate> propagation = new ArrayList<>();
        private long superblock;
        private long superblockCleared;
        private final List<String> data = new ArrayList<>();

        MountOptions parse(List<String> options) {
            for (String option : options) {
                Optional<OptionWord> word = OptionWord.of(option);
                if (word.isPresent()) {
                    add(word.get());
                } else {
                    split(option);
                }
            }
            return new MountOptions(
                    bind,
                    rbind,
                    remount,
                    copyUp,
                    attributes.attributes(),
                    recursive.attributes(),
                    List.copyOf(propagation),
                    superblock,
                    superblockCleared,
                    List.copyOf(data));
        }

        private void add(OptionWord option) {
            switch (option) {
                case OptionWord.Nothing() -> {}
                case OptionWord.Kind kind -> add(kind);
                case OptionWord.Attribute word ->
                        (word.recursive() ? recursive : attributes).add(word);
                case OptionWord.AccessTime word ->
                        (word.recursive() ? recursive : attributes).add(word);
                case OptionWord.Superblock(long flag, boolean set) -> {
                    superblock = set ? superblock | flag : superblock & ~flag;
                    superblockCleared = set ? superblockCleared & ~flag : superblockCleared | flag;
                }
                case OptionWord.Propagate word -> propagation.add(word);
            }
        }

        private void add(OptionWord.Kind kind) {
            switch (kind) {
                case BIND -> bind = true;
                case RBIND -> {
                    bind = true;
                    rbind = true;
                }
                case REMOUNT -> remount = true;
                case COPY_UP -> copyUp = true;
                case NO_COPY_UP -> copyUp = false;
            }
        }

        /** Options for the filesystem may come as one text with commas. */
        private void split(String option) {
            boolean quoted = false;
            int start = 0;
            for (int at = 0; at < option.length(); at++) {
                char c = option.charAt(at);
                quoted ^= c == QUOTE;
                if (c == ',' && !quoted && separates(option, at)) {
                    keep(option.substring(start, at));
                    start = at + 1;
                }
            }
            keep(option.substring(start));
        }

        /** Not where overlay has an escaped one, nor in a list of numbers (tmpfs, mpol). */
        private static boolean separates(String option, int comma) {
            boolean escaped = comma > 0 && option.charAt(comma - 1) == '\\';
            boolean digit =
                    comma + 1 < option.length() && Character.isDigit(option.charAt(comma + 1));
            return !escaped && !digit;
        }

        /** X- and x- words are comments of mount(8). */
        private void keep(String piece) {
            if (!piece.isEmpty() && !piece.startsWith("X-") && !piece.startsWith("x-")) {
                data.add(piece);
            }
        }
    }
}
