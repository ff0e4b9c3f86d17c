package io.reaper.runtime.mount;

import io.reaper.linux.mount.MountAttributes;
import java.util.EnumSet;
import java.util.Set;

/** Attributes as options change them one after the other. */
final class AttributeChange {

    private int set;
    private int clear;
    private final Set<OptionWord.Rule> rules = EnumSet.noneOf(OptionWord.Rule.class);
    private boolean timed;

    void add(OptionWord.Attribute word) {
        if (word.set()) {
            set |= word.bit();
            clear &= ~word.bit();
        } else {
            set &= ~word.bit();
            clear |= word.bit();
        }
    }

    /**
     * As with {@code mount(2)}: strictatime before noatime before relatime, in whatever order they
     * are named; with none of them, relatime.
     */
    void add(OptionWord.AccessTime word) {
        if (word.set()) {
            rules.add(word.rule());
        } else {
            rules.remove(word.rule());
        }
        timed = true;
    }

    MountAttributes attributes() {
        if (!timed) {
            return new MountAttributes(set, clear);
        }
        int value = 0;
        if (rules.contains(OptionWord.Rule.STRICTATIME)) {
            value = MountAttributes.STRICTATIME;
        } else if (rules.contains(OptionWord.Rule.NOATIME)) {
            value = MountAttributes.NOATIME;
        }
        return new MountAttributes(set | value, clear | MountAttributes.ATIME);
    }
}
