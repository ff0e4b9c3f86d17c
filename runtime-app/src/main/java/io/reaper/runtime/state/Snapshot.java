package io.reaper.runtime.state;

import io.reaper.contract.ExitRecord;
import io.reaper.linux.cgroup.Cgroup;
import io.reaper.runtime.state.ContainerState.Tracking;
import java.util.Optional;

/**
 * A container at one moment.
 *
 * @param status derived: what state.json says, corrected by whether the init process still lives,
 *     by whether its program runs, and by whether its cgroup is frozen
 * @param thawed the same, frozen or not
 * @param exit how the init process ended, when whoever reaped it has left a record
 */
public record Snapshot(
        ContainerState state, Status status, Status thawed, Optional<ExitRecord> exit) {

    static Snapshot of(ContainerState state, ContainerDirectory directory) {
        boolean notYetThere = state.status() == Status.CREATING && state.pid() == 0;
        if (!notYetThere && !initLives(state)) {
            Optional<ExitRecord> exit =
                    directory.exit(state).filter(found -> matches(found, state));
            return new Snapshot(state, Status.STOPPED, Status.STOPPED, exit);
        }
        Status thawed = hasRun(state, directory) ? Status.RUNNING : state.status();
        // one that is being made is just that, for create holds its lock
        boolean paused = thawed != Status.CREATING && isFrozen(state);
        return new Snapshot(state, paused ? Status.PAUSED : thawed, thawed, Optional.empty());
    }

    /** The program runs, and start could not write it down, or was killed before. */
    private static boolean hasRun(ContainerState state, ContainerDirectory directory) {
        return state.status() == Status.CREATED && state.initHolds() && !directory.hold().isHeld();
    }

    private static boolean isFrozen(ContainerState state) {
        return state.tracking().flatMap(Tracking::group).filter(Cgroup::isFrozen).isPresent();
    }

    /** The same process still runs: neither gone, nor a zombie, nor another one with its number. */
    public static boolean initLives(ContainerState state) {
        return state.note().init().lives();
    }

    private static boolean matches(ExitRecord exit, ContainerState state) {
        return exit.matches(state.id().toString(), state.pid(), state.pidStartTime());
    }

    /** The pid as shown to users: 0 once stopped. */
    public int shownPid() {
        return status == Status.STOPPED ? 0 : state.pid();
    }
}
