package io.reaper.linux.cgroup;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether containers are frozen, by whomever: files of their control groups are read, nothing is
 * run (Linux, Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst, cgroup-v2.rst).
 */
public final class Freezer {

    private final Supplier<Hierarchies> host;

    public Freezer(Supplier<Hierarchies> host) {
        this.host = host;
    }

    /** What a group's processes can do. */
    public enum Condition {
        THAWED,
        /** On the way; some of them still run. */
        FREEZING,
        FROZEN
    }

    /** Of the processes in these groups; thawed where there is nothing to freeze them. */
    public Condition of(ControlGroups groups) {
        Condition legacy = group(groups, "freezer").map(Freezer::legacy).orElse(Condition.THAWED);
        return legacy != Condition.THAWED
                ? legacy
                : group(groups, Hierarchies.UNIFIED).map(Freezer::unified).orElse(Condition.THAWED);
    }

    private Optional<Cgroup> group(ControlGroups groups, String controller) {
        return host.get().group(groups, controller);
    }

    private static Condition legacy(Cgroup group) {
        return switch (new GroupFiles(group.directory()).word("freezer.state").orElse("")) {
            case "FROZEN" -> Condition.FROZEN;
            case "FREEZING" -> Condition.FREEZING;
            default -> Condition.THAWED;
        };
    }

    private static Condition unified(Cgroup group) {
        if (group.isFrozen()) {
            return Condition.FROZEN;
        }
        return new GroupFiles(group.directory()).number("cgroup.freeze").orElse(0L) == 1
                ? Condition.FREEZING
                : Condition.THAWED;
    }
}
