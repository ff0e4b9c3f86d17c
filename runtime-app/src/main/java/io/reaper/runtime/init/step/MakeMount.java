package io.reaper.runtime.init.step;

import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.LinuxException;
import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.bundle.SpecException;
import io.reaper.runtime.mount.EntryMounter;
import io.reaper.runtime.mount.MountEntry;
import io.reaper.runtime.mount.MountList;
import io.reaper.runtime.mount.MountPlace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One element of {@code mounts}, below the container's root. */
public record MakeMount(MountEntry entry) implements InitStep {

    static final int NUMBER = 60;

    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final long CGROUP2_SUPER_MAGIC = 0x63677270;

    /** In their order. */
    public static List<MakeMount> of(MountList mounts) {
        List<MakeMount> steps = new ArrayList<>();
        for (MountEntry entry : mounts.entries()) {
            steps.add(new MakeMount(entry));
        }
        return steps;
    }

    /**
     * What is made on this node, and what is not.
     *
     * @param bundle absolute
     * @throws SpecException for what cannot be mounted
     */
    public static MountList list(IsolationSpec spec, Path bundle) {
        return MountList.of(spec, bundle, LinuxFiles.isOn(CGROUPS, CGROUP2_SUPER_MAGIC));
    }

    static MakeMount read(PlanInput in) {
        return new MakeMount(
                new MountEntry(in.int32(), in.text(), in.text(), in.text(), in.texts()));
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32(entry.index());
        out.text(entry.destination());
        out.text(entry.type());
        out.text(entry.source());
        out.texts(entry.options());
    }

    /**
     * Makes it.
     *
     * @throws LinuxException naming the entry, its source and its destination
     */
    @Override
    public Optional<String> run(StepContext stage) {
        StageFiles files = stage.files();
        new EntryMounter(
                        new MountPlace(
                                stage.syscalls(),
                                files.root(),
                                files.procfs(),
                                files::readOnlyLater))
                .mount(entry);
        return Optional.empty();
    }
}
