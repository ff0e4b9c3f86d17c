package io.reaper.shim.cgroup;

import io.reaper.linux.Cgroup;
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
        Condition legacy = files(groups, "freezer").map(Freezer::legacy).orElse(Condition.THAWED);
        return legacy != Condition.THAWED
                ? legacy
                : files(groups, Hierarchies.UNIFIED).map(Freezer::unified).orElse(Condition.THAWED);
    }

    private Optional<GroupFiles> files(ControlGroups groups, String controller) {
        return host.get().group(groups, controller).map(Cgroup::directory).map(GroupFiles::new);
    }

    private static Condition legacy(GroupFiles files) {
        return switch (files.word("freezer.state").orElse("")) {
            case "FROZEN" -> Condition.FROZEN;
            case "FREEZING" -> Condition.FREEZING;
            default -> Condition.THAWED;
        };
    }

    private static Condition unified(GroupFiles files) {
        if (files.table("cgroup.events").getOrDefault("frozen", 0L) == 1) {
            return Condition.FROZEN;
        }
        return files.number("cgroup.freeze").orElse(0L) == 1
                ? Condition.FREEZING
                : Condition.THAWED;
    }
}
