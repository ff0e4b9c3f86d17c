package io.reaper.linux.mount;

/**
 * A change of a mount's own attributes, in the bits of {@code mount_setattr(2)}. What is in neither
 * part stays as it is. The three values of the access time are one: whoever changes it clears all
 * of {@link #ATIME}.
 *
 * @param set bits to be set
 * @param clear bits to be cleared before
 */
public record MountAttributes(int set, int clear) {

    public static final int RDONLY = 0x1;
    public static final int NOSUID = 0x2;
    public static final int NODEV = 0x4;
    public static final int NOEXEC = 0x8;

    /** The bits in which the access time's value is; none of them means relatime. */
    public static final int ATIME = 0x70;

    public static final int NOATIME = 0x10;
    public static final int STRICTATIME = 0x20;
    public static final int NODIRATIME = 0x80;

    /** Since Linux 5.14; by a remount since 5.10. */
    public static final int NOSYMFOLLOW = 0x200000;

    public static final MountAttributes NONE = new MountAttributes(0, 0);
    public static final MountAttributes READ_ONLY = new MountAttributes(RDONLY, 0);

    private static final int ST_RDONLY = 0x1;
    private static final int ST_NOSUID = 0x2;
    private static final int ST_NODEV = 0x4;
    private static final int ST_NOEXEC = 0x8;
    private static final int ST_NOATIME = 0x400;
    private static final int ST_NODIRATIME = 0x800;
    private static final int ST_RELATIME = 0x1000;
    private static final int ST_NOSYMFOLLOW = 0x2000;

    public boolean isNone() {
        return set == 0 && clear == 0;
    }

    /** The same without these bits. */
    public MountAttributes without(int bits) {
        return new MountAttributes(set & ~bits, clear & ~bits);
    }

    /** What a mount with these attributes has after the change. */
    int appliedTo(int attributes) {
        return (attributes & ~clear) | set;
    }

    /**
     * The attributes that {@code f_flags} of {@code statfs(2)} tell. Of those, neither relatime nor
     * nosymfollow has the bit of a mount's flag.
     */
    static int ofStatfs(long flags) {
        int attributes = (int) (flags & (ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC));
        if ((flags & ST_NOATIME) != 0) {
            attributes |= NOATIME;
        } else if ((flags & ST_RELATIME) == 0) {
            attributes |= STRICTATIME;
        }
        attributes |= (flags & ST_NODIRATIME) == 0 ? 0 : NODIRATIME;
        attributes |= (flags & ST_NOSYMFOLLOW) == 0 ? 0 : NOSYMFOLLOW;
        return attributes;
    }

    /** The flags of {@code mount(2)} that say the same as these attributes. */
    public static long mountFlags(int attributes) {
        long flags = attributes & (RDONLY | NOSUID | NODEV | NOEXEC); // the same bits
        flags |=
                switch (attributes & ATIME) {
                    case NOATIME -> MountFlags.NOATIME;
                    case STRICTATIME -> MountFlags.STRICTATIME;
                    default -> MountFlags.RELATIME;
                };
        flags |= (attributes & NODIRATIME) == 0 ? 0 : MountFlags.NODIRATIME;
        flags |= (attributes & NOSYMFOLLOW) == 0 ? 0 : MountFlags.NOSYMFOLLOW;
        return flags;
    }
}
