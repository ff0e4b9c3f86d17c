package io.reaper.runtime.init.step;

import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.device.DeviceLinks;
import io.reaper.runtime.device.DeviceList;
import java.util.Optional;

/** Links in the container's /dev, after its nodes. */
public record LinkDevices() implements InitStep {

    static final int NUMBER = 46;

    /** Unless /dev is a bind mount. */
    public static Optional<LinkDevices> of(IsolationSpec isolation) {
        return DeviceList.ownsDev(isolation) ? Optional.of(new LinkDevices()) : Optional.empty();
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        StageFiles files = stage.files();
        new DeviceLinks(stage.syscalls(), files.procfs()).make(files.root());
        return Optional.empty();
    }
}
