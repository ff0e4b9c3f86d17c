package io.reaper.linux.cgroup;

import java.util.Optional;
import java.util.function.Supplier;

/** The hierarchies of this machine; its mounts are looked up at the first use. */
public final class HostHierarchies implements Supplier<Hierarchies> {

    private volatile Optional<Hierarchies> found = Optional.empty();

    @Override
    public Hierarchies get() {
        Hierarchies known = found.orElseGet(Hierarchies::ofHost);
        found = Optional.of(known);
        return known;
    }
}
