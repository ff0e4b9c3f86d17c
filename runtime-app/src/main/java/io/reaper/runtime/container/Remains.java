package io.reaper.runtime.container;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.seam.LinuxException;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.bundle.SpecException;
import io.reaper.runtime.bundle.SpecReader;
import io.reaper.runtime.cgroup.TrackingCgroup;
import io.reaper.runtime.state.ContainerDirectory;
import io.reaper.runtime.state.ContainerException;
import io.reaper.runtime.state.ExecRecords.Leader;
import io.reaper.runtime.state.InitNote;
import java.util.Optional;

/** What a container whose state.json is lost or damaged has left: by the note beside it. */
public final class Remains {

    private static final InitNote NOTHING = new InitNote(new Leader(0, 0), Optional.empty());

    private Remains() {}

    /**
     * Its processes; without a note, as of an earlier version, those of exec that are recorded.
     *
     * @throws ContainerException without a note, if its group holds processes: they may be another
     *     container's by now
     */
    public static ContainerProcesses of(ContainerDirectory directory) {
        Optional<InitNote> note = directory.note();
        if (note.isEmpty()) {
            Optional<Cgroup> group = expected(directory).filter(Cgroup::isPopulated);
            if (group.isPresent()) {
                throw new ContainerException(
                        ErrorCode.E_STATE_DAMAGED,
                        "cannot delete container "
                                + directory.id()
                                + ": its state.json is damaged, and cgroup "
                                + group.get()
                                + " holds processes "
                                + group.get().pids()
                                + " that may be another's; end them and repeat");
            }
        }
        return new ContainerProcesses(directory, note.orElse(NOTHING));
    }

    private static Optional<Cgroup> expected(ContainerDirectory directory) {
        try {
            Spec spec = SpecReader.read("config.json", directory.configuration());
            return TrackingCgroup.plan(directory.id(), spec);
        } catch (SpecException | LinuxException e) {
            return TrackingCgroup.byDefault(directory.id());
        }
    }
}
