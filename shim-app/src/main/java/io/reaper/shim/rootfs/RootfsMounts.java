package io.reaper.shim.rootfs;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.mount.MountRequest;
import io.reaper.linux.mount.Mounts;
import io.reaper.shim.error.ShimException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/**
 * The mounts on a bundle's directory {@code rootfs} that a client asks for: the layers of an image,
 * for any runtime behind the shim. They are made in the shim's mount namespace, as runc's shim
 * makes them.
 */
public final class RootfsMounts {

    private final Mounts mounts;

    public RootfsMounts(Mounts mounts) {
        this.mounts = mounts;
    }

    /**
     * Mounts what a client asks for.
     *
     * @param entries in order; a target is taken below the rootfs
     * @throws io.reaper.linux.seam.LinuxException if one is refused; those before it are undone
     *     then
     */
    public void mount(Path bundle, List<MountRequest> entries) {
        Path rootfs = rootfs(bundle);
        try {
            for (MountRequest entry : entries) {
                mounts.mount(
                        new MountRequest(
                                entry.type(),
                                entry.source(),
                                below(rootfs, entry.target()).toString(),
                                entry.options()));
            }
        } catch (RuntimeException e) {
            unmount(bundle);
            throw e;
        }
    }

    private static Path below(Path rootfs, String target) {
        Path below = rootfs.resolve(target.replaceFirst("^/+", "")).normalize();
        if (!below.startsWith(rootfs)) {
            throw ShimException.invalid(
                    ErrorCode.E_REQUEST_INVALID,
                    "rootfs mount target \"" + target + "\" leaves the rootfs");
        }
        return below;
    }

    /** Undoes all mounts there, also those of an earlier shim; none is no error. */
    public void unmount(Path bundle) {
        Path rootfs = rootfs(bundle);
        if (Files.isDirectory(rootfs, LinkOption.NOFOLLOW_LINKS)) {
            mounts.unmountAll(rootfs);
        }
    }

    private static Path rootfs(Path bundle) {
        return bundle.resolve("rootfs");
    }
}
