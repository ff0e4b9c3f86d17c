package io.reaper.runtime.state;

import io.reaper.contract.ExitRecord;
import io.reaper.linux.ProcessInfo;
import java.util.Optional;

/**
 * A container at one moment.
 *
 * @param status derived: what state.json says, corrected by whether the init process still lives
 * @param exit how the init process ended, when whoever reaped it has left a record
 */
public record Snapshot(ContainerState state, Status status, Optional<ExitRecord> exit) {

    static Snapshot of(ContainerState state, Optional<ExitRecord> record) {
        boolean lives = state.pid() != 0 && initLives(state);
        boolean notYetThere = state.status() == Status.CREATING && state.pid() == 0;
        Status now = lives || notYetThere ? state.status() : Status.STOPPED;
        return new Snapshot(
                state, now, record.filter(exit -> now == Status.STOPPED && matches(exit, state)));
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
