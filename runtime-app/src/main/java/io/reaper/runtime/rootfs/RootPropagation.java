package io.reaper.runtime.rootfs;

import java.util.Optional;

/**
 * What {@code linux.rootfsPropagation} may ask for: where mounts that are made later go to, and
 * whence they come ({@code mount_namespaces(7)}).
 */
public enum RootPropagation {
    SHARED("shared", RootPropagation.MS_SHARED),
    SLAVE("slave", RootPropagation.MS_SLAVE),
    PRIVATE("private", RootPropagation.MS_PRIVATE),
    UNBINDABLE("unbindable", RootPropagation.MS_UNBINDABLE),
    RSHARED("rshared", RootPropagation.MS_SHARED | RootPropagation.MS_REC),
    RSLAVE("rslave", RootPropagation.MS_SLAVE | RootPropagation.MS_REC),
    RPRIVATE("rprivate", RootPropagation.MS_PRIVATE | RootPropagation.MS_REC),
    RUNBINDABLE("runbindable", RootPropagation.MS_UNBINDABLE | RootPropagation.MS_REC);

    private static final long MS_REC = 0x4000;
    private static final long MS_UNBINDABLE = 0x20000;
    private static final long MS_PRIVATE = 0x40000;
    private static final long MS_SLAVE = 0x80000;
    private static final long MS_SHARED = 0x100000;

    private final String word;
    private final long flags;

    RootPropagation(String word, long flags) {
        this.word = word;
        this.flags = flags;
    }

    /** By its word in config.json. */
    public static Optional<RootPropagation> named(String word) {
        for (RootPropagation propagation : values()) {
            if (propagation.word.equals(word)) {
                return Optional.of(propagation);
            }
        }
        return Optional.empty();
    }

    /** As config.json has it. */
    public String word() {
        return word;
    }

    /** For {@code mount(2)}, which takes no other flag beside them. */
    long flags() {
        return flags;
    }

    public boolean isPrivate() {
        return (flags & MS_PRIVATE) != 0;
    }

    /**
     * What the machine's mounts become in the new namespace before the rootfs is attached. Of
     * unbindable ones it could not be taken ({@code open_tree(2)} says EINVAL): private till then.
     */
    RootPropagation before() {
        return switch (this) {
            case UNBINDABLE -> PRIVATE;
            case RUNBINDABLE -> RPRIVATE;
            default -> this;
        };
    }

    /** What the mount becomes that holds the rootfs: never shared, as pivot_root(2) asks. */
    RootPropagation ofParent() {
        return (flags & MS_SLAVE) != 0 ? SLAVE : PRIVATE;
    }

    /** Whether a mount may still be shared with the machine after {@link #before}. */
    boolean leavesShared() {
        return (flags & MS_REC) == 0 || (flags & MS_SHARED) != 0;
    }
}
