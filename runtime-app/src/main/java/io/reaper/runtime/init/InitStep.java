package io.reaper.runtime.init;

import io.reaper.linux.credential.Capabilities;
import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import io.reaper.linux.process.Scheduling;
import java.util.List;
import java.util.Map;

/** One thing the init stage does to itself before it looks for the program. */
public sealed interface InitStep {

    /** The container's orphans stay below its init. */
    record BecomeSubreaper() implements InitStep {}

    /** Standard streams that are FIFOs, pipes or sockets are given to the user. */
    record OwnStreams(int uid) implements InitStep {}

    /** Standard input is a terminal: it becomes the new session's, and the user's. */
    record TakeTerminal(int uid) implements InitStep {}

    record JoinSessionKeyring(String name) implements InitStep {}

    /** The kernel's preference for ending it when memory runs out, −1000 to 1000. */
    record SetOomScore(int value) implements InitStep {}

    record SetScheduler(Scheduling.Attributes attributes) implements InitStep {}

    record SetIoPriority(int ioClass, int level) implements InitStep {}

    /** Raises hard limits that are too low, while it still may; leaves soft ones alone. */
    record RaiseLimits(Map<Resource, Limit> limits) implements InitStep {}

    record ForbidNewPrivileges() implements InitStep {}

    record SetUmask(int mask) implements InitStep {}

    record ChangeDirectory(String path) implements InitStep {}

    record LimitBoundingSet(long capabilities) implements InitStep {}

    /** Permitted capabilities outlive the change of user. */
    record KeepCapabilities() implements InitStep {}

    record SetGroups(List<Integer> gids) implements InitStep {}

    record SetGid(int gid) implements InitStep {}

    record SetUid(int uid) implements InitStep {}

    /** Effective, permitted and inheritable ones, then the ambient ones. */
    record SetCapabilities(Capabilities.Sets sets) implements InitStep {}
}
