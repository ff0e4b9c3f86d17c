package io.reaper.runtime.init.step;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.RootDirectory;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.bundle.SpecException;
import io.reaper.runtime.rootfs.RootPropagation;
import io.reaper.runtime.rootfs.RootfsPath;
import io.reaper.runtime.rootfs.RootfsTree;
import java.util.Optional;

/**
 * The rootfs becomes a tree of mounts of its own, apart from the node's, and its root the
 * descriptor from which all of the container is reached (runtime-spec 1.3, config.md, "Root";
 * config-linux.md, "Rootfs Mount Propagation").
 *
 * @param rootfs absolute, without links
 * @param mounts false without a mount namespace: it is only opened
 * @param propagation what is asked for, if anything
 */
public record PrepareRoot(String rootfs, boolean mounts, Optional<RootPropagation> propagation)
        implements InitStep {

    static final int NUMBER = 40;

    private static final String PROPERTY = "linux.rootfsPropagation";

    /**
     * {@code root}.
     *
     * @param rootfs absolute
     * @param mounts whether the container has a mount namespace
     * @param pivot false with {@code --no-pivot}
     * @throws SpecException if the rootfs is no directory, or the propagation cannot be had
     */
    public static PrepareRoot of(
            IsolationSpec isolation, String rootfs, boolean mounts, boolean pivot) {
        RootfsPath.check(Syscalls.get(), rootfs);
        return new PrepareRoot(rootfs, mounts, propagation(isolation, pivot));
    }

    private static Optional<RootPropagation> propagation(IsolationSpec isolation, boolean pivot) {
        if (isolation.rootfsPropagation().isEmpty()) {
            return Optional.empty();
        }
        String word = isolation.rootfsPropagation().get();
        RootPropagation propagation =
                RootPropagation.named(word)
                        .orElseThrow(
                                () ->
                                        wrong(
                                                "rootfsPropagation="
                                                        + Excerpt.of(word)
                                                        + " is not supported"));
        if (!pivot && propagation.isPrivate()) {
            throw wrong("rootfsPropagation of [r]private is not safe without pivot_root");
        }
        return Optional.of(propagation);
    }

    private static SpecException wrong(String problem) {
        return new SpecException(ErrorCode.E_CONFIG_INVALID, "config.json", PROPERTY, problem);
    }

    static PrepareRoot read(PlanInput in) {
        return new PrepareRoot(in.text(), in.flag(), RootPropagation.named(in.text()));
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.text(rootfs);
        out.flag(mounts);
        out.text(propagation.map(RootPropagation::word).orElse(""));
    }

    @Override
    public Optional<String> run(StepContext stage) {
        Syscalls syscalls = stage.syscalls();
        Fd root =
                mounts
                        ? new RootfsTree(syscalls, stage.files().procfs())
                                .attach(rootfs, propagation)
                        : RootfsTree.open(syscalls, rootfs);
        stage.files().enter(new RootDirectory(root));
        return Optional.empty();
    }
}
