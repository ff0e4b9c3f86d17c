package io.reaper.runtime.mount;

import io.reaper.linux.mount.MountAttributes;

/** Attributes as options change them one after the other. */
final class AttributeChange {

    private int set;
    private int clear;
    private int rules; // of the access time, as bits of their ordinals
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
        int bit = 1 << word.rule().ordinal();
        rules = word.set() ? rules | bit : rules & ~bit;
        timed = true;
    }

    MountAttributes attributes() {
        if (!timed) {
            return new MountAttributes(set, clear);
        }
        int value = 0;
        if ((rules & 1 << OptionWord.Rule.STRICTATIME.ordinal()) != 0) {
            value = MountAttributes.STRICTATIME;
        } else if ((rules & 1 << OptionWord.Rule.NOATIME.ordinal()) != 0) {
            value = MountAttributes.NOATIME;
        }
        return new MountAttributes(set | value, clear | MountAttributes.ATIME);
    }
}
