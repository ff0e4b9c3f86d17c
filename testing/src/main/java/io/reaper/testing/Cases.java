package io.reaper.testing;

/**
 * How many cases a fuzz or a storm goes through: all with the system property {@code
 * reaper.test.long} ({@code scripts/test.sh --long}), else a tenth.
 */
public final class Cases {

    private static final int SHARE = 10;

    private Cases() {}

    /**
     * Returns how many of them, at least 1.
     *
     * @param all at least 1
     */
    public static int of(int all) {
        return Boolean.getBoolean("reaper.test.long") ? all : Math.max(1, all / SHARE);
    }
}
