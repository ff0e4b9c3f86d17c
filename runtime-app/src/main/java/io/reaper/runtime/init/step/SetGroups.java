package io.reaper.runtime.init.step;

import io.reaper.linux.credential.Credentials;
import io.reaper.runtime.bundle.Spec;
import java.util.List;
import java.util.Optional;

/**
 * The supplementary groups, in place of the caller's ({@code setgroups(2)}).
 *
 * @param gids unsigned, in the bits of an int; may be empty
 */
public record SetGroups(List<Integer> gids) implements InitStep {

    static final int NUMBER = 13;

    /** {@code process.user.additionalGids}. */
    public static SetGroups of(Spec.ContainerProcess process) {
        return new SetGroups(process.user().additionalGids());
    }

    static SetGroups read(PlanInput in) {
        return new SetGroups(in.int32s());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32s(gids);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        int[] groups = new int[gids.size()];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = gids.get(i);
        }
        new Credentials(stage.syscalls()).setGroups(groups);
        return Optional.empty();
    }
}
