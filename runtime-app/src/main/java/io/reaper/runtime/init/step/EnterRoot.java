package io.reaper.runtime.init.step;

import io.reaper.linux.file.Fd;
import io.reaper.runtime.rootfs.RootEntry;
import java.util.Optional;

/**
 * The prepared root becomes "/" ({@code pivot_root(2)}, {@code chroot(2)}).
 *
 * @param rootfs where it lies, absolute
 */
public record EnterRoot(Way way, String rootfs) implements InitStep {

    static final int NUMBER = 41;

    /** How it is entered. */
    public enum Way {
        /** The usual one: nothing of the old root is left. */
        PIVOT,
        /** {@code --no-pivot}: over the old root, which stays. */
        MOVE,
        /** Without a mount namespace. */
        CHROOT
    }

    /**
     * As {@link PrepareRoot} has made it.
     *
     * @param mounts whether the container has a mount namespace
     * @param pivot false with {@code --no-pivot}
     */
    public static EnterRoot of(String rootfs, boolean mounts, boolean pivot) {
        Way way = pivot ? Way.PIVOT : Way.MOVE;
        return new EnterRoot(mounts ? way : Way.CHROOT, rootfs);
    }

    static EnterRoot read(PlanInput in) {
        return new EnterRoot(Way.valueOf(in.text()), in.text());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.text(way.name());
        out.text(rootfs);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        RootEntry entry = new RootEntry(stage.syscalls());
        Fd root = stage.files().root().fd();
        switch (way) {
            case PIVOT -> entry.pivot(root);
            case MOVE -> entry.move(root, rootfs, stage.files().procfs());
            case CHROOT -> entry.chroot(root);
        }
        return Optional.empty();
    }
}
