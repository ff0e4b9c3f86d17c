package io.reaper.runtime.launch;

import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.file.Fd;
import java.util.Optional;

/**
 * Where a stage is born.
 *
 * @param cgroup where the container's processes live
 * @param newNamespaces {@code CLONE_NEW…} of {@code clone(2)}, 0 for none
 * @param pidNamespace one that is there, if it is not the runtime's
 */
public record Birth(Optional<Cgroup> cgroup, long newNamespaces, Optional<Fd> pidNamespace) {

    /** Beside the runtime. */
    public static Birth in(Optional<Cgroup> cgroup) {
        return new Birth(cgroup, 0, Optional.empty());
    }
}
