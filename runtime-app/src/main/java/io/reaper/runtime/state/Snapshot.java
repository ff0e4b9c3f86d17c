package io.reaper.runtime.state;

import io.reaper.contract.ExitRecord;
import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.process.ProcessInfo;
import io.reaper.runtime.state.ContainerState.Tracking;
import java.util.Optional;

/**
 * A container at one moment.
 *
 * @param status derived: what state.json says, corrected by whether the init process still lives
 *     and by whether its cgroup is frozen
 * @param exit how the init process ended, when whoever reaped it has left a record
 */
public record Snapshot(ContainerState state, Status status, Optional<ExitRecord> exit) {

    static Snapshot of(ContainerState state, Optional<ExitRecord> record) {
        boolean lives = state.pid() != 0 && initLives(state);
        boolean notYetThere = state.status() == Status.CREATING && state.pid() == 0;
        Status now = lives ? alive(state) : notYetThere ? Status.CREATING : Status.STOPPED;
        return new Snapshot(
                state, now, record.filter(exit -> now == Status.STOPPED && matches(exit, state)));
    }

    /** One that is being made is just that, for create holds its lock. */
    private static Status alive(ContainerState state) {
        return state.status() != Status.CREATING && isFrozen(state)
                ? Status.PAUSED
                : state.status();
    }

    private static boolean isFrozen(ContainerState state) {
        return state.tracking().flatMap(Tracking::group).filter(Cgroup::isFrozen).isPresent();
    }

    /** The same process still runs: neither gone, nor a zombie, nor another one with its number. */
    public static boolean initLives(ContainerState state) {
        return ProcessInfo.of(state.pid())
                .filter(info -> info.startTime() == state.pidStartTime() && !info.isZombie())
                .isPresent();
    }

    private static boolean matches(ExitRecord exit, ContainerState state) {
        return exit.matches(state.id().toString(), state.pid(), state.pidStartTime());
    }

    /** The pid as shown to users: 0 once stopped. */
    public int shownPid() {
        return status == Status.STOPPED ? 0 : state.pid();
    }
}
