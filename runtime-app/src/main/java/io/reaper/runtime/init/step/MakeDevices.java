package io.reaper.runtime.init.step;

import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.device.DeviceList;
import io.reaper.runtime.device.DeviceMaker;
import io.reaper.runtime.device.DeviceNode;
import io.reaper.runtime.device.DeviceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Device nodes below the container's root ({@code mknod(2)}), after the mounts.
 *
 * @param nodes in their order
 */
public record MakeDevices(List<DeviceNode> nodes) implements InitStep {

    static final int NUMBER = 45;

    /**
     * {@code linux.devices} and the default ones; none if /dev is a bind mount.
     *
     * @throws io.reaper.runtime.bundle.SpecException if one of them cannot be made
     */
    public static Optional<MakeDevices> of(IsolationSpec isolation) {
        List<DeviceNode> nodes = DeviceList.of(isolation);
        return nodes.isEmpty() ? Optional.empty() : Optional.of(new MakeDevices(nodes));
    }

    static MakeDevices read(PlanInput in) {
        List<DeviceNode> nodes = new ArrayList<>();
        for (int count = in.count(); count > 0; count--) {
            nodes.add(
                    new DeviceNode(
                            in.int32(),
                            in.text(),
                            DeviceType.valueOf(in.text()),
                            in.int32(),
                            in.int32(),
                            in.int32(),
                            in.int32(),
                            in.int32()));
        }
        return new MakeDevices(nodes);
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32(nodes.size());
        for (DeviceNode node : nodes) {
            out.int32(node.index());
            out.text(node.path());
            out.text(node.type().name());
            out.int32(node.major());
            out.int32(node.minor());
            out.int32(node.permissions());
            out.int32(node.uid());
            out.int32(node.gid());
        }
    }

    @Override
    public Optional<String> run(StepContext stage) {
        StageFiles files = stage.files();
        new DeviceMaker(stage.syscalls(), files.procfs(), files.root()).make(nodes);
        return Optional.empty();
    }
}
