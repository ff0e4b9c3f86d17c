package io.reaper.runtime.device;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.RootDirectory;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.bundle.SpecException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which nodes a container gets: those of {@code linux.devices} and the specification's default ones
 * (config-linux.md, "Devices", "Default Devices"), of which an own one of the same path takes the
 * place.
 *
 * <p>Where a bind mount is /dev its nodes are another's: none is made below it, nor any link.
 */
public final class DeviceList {

    private static final String DEV = "/dev";
    private static final String PTMX = "/dev/ptmx";
    private static final int DEFAULT_PERMISSIONS = 0666;
    private static final List<DeviceNode> DEFAULTS =
            List.of(
                    standard("null", 1, 3),
                    standard("zero", 1, 5),
                    standard("full", 1, 7),
                    standard("random", 1, 8),
                    standard("urandom", 1, 9),
                    standard("tty", 5, 0));

    private DeviceList() {}

    private static DeviceNode standard(String name, int major, int minor) {
        return new DeviceNode(
                DeviceNode.DEFAULT,
                DEV + "/" + name,
                DeviceType.CHARACTER,
                major,
                minor,
                DEFAULT_PERMISSIONS,
                0,
                0);
    }

    /** Whether /dev is the container's own: no bind mount is listed for it. */
    public static boolean ownsDev(IsolationSpec isolation) {
        for (IsolationSpec.Mount mount : isolation.mounts()) {
            boolean bind =
                    mount.type().equals("bind")
                            || mount.options().contains("bind")
                            || mount.options().contains("rbind");
            if (bind && RootDirectory.clean(mount.destination()).equals(DEV)) {
                return false;
            }
        }
        return true;
    }

    /**
     * In the order in which they are made: own ones as listed, then the others.
     *
     * @throws SpecException if one cannot be made, naming its property
     */
    public static List<DeviceNode> of(IsolationSpec isolation) {
        boolean ownsDev = ownsDev(isolation);
        List<DeviceNode> nodes = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < isolation.devices().size(); i++) {
            DeviceNode node = node(i, isolation.devices().get(i));
            // the ptmx of the container's own devpts is a link
            boolean made = ownsDev || !node.path().startsWith(DEV + "/");
            if (made && !node.path().equals(PTMX)) {
                nodes.add(node);
                taken.add(node.path());
            }
        }
        if (ownsDev) {
            for (DeviceNode standard : DEFAULTS) {
                if (!taken.contains(standard.path())) {
                    nodes.add(standard);
                }
            }
        }
        return List.copyOf(nodes);
    }

    private static DeviceNode node(int index, IsolationSpec.Device device) {
        String at = "linux.devices[" + index + "]";
        DeviceType type =
                DeviceType.named(device.type())
                        .orElseThrow(
                                () ->
                                        wrong(
                                                at + ".type",
                                                "invalid device type "
                                                        + Excerpt.quoted(device.type())));
        String path = RootDirectory.clean(device.path());
        if (path.equals("/")) {
            throw wrong(at + ".path", Excerpt.quoted(device.path()) + " names no file");
        }
        boolean numbered = type.isNumbered();
        return new DeviceNode(
                index,
                path,
                type,
                numbered ? number(at + ".major", device.major(), DeviceNode.MAJOR_LIMIT) : 0,
                numbered ? number(at + ".minor", device.minor(), DeviceNode.MINOR_LIMIT) : 0,
                device.fileMode().orElse(DEFAULT_PERMISSIONS),
                device.uid(),
                device.gid());
    }

    private static int number(String property, long number, int limit) {
        if (number < 0 || number > limit) {
            throw wrong(property, number + " is not in the range 0 to " + limit);
        }
        return (int) number;
    }

    private static SpecException wrong(String property, String problem) {
        return new SpecException(ErrorCode.E_CONFIG_INVALID, "config.json", property, problem);
    }
}
