package io.reaper.runtime.mount;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.RootDirectory;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.bundle.SpecException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code mounts} of a configuration, checked as far as that can be done before anything is made.
 *
 * @param entries what is made, in this order
 * @param passedOver what is not, for the warning that names it
 */
public record MountList(List<MountEntry> entries, List<String> passedOver) {

    private static final String CONFIG = "config.json";
    private static final String CGROUP = "cgroup";
    private static final String CGROUP2 = "cgroup2";
    private static final String NO_TYPE = "none"; // of a remount, which needs none

    /**
     * Plans them.
     *
     * @param bundle what relative sources of bind mounts are below
     * @param cgroup2 whether /sys/fs/cgroup is a cgroup2 of the node: where it is not, a mount of
     *     type cgroup would be many
     * @throws SpecException naming what cannot be mounted
     */
    public static MountList of(IsolationSpec spec, Path bundle, boolean cgroup2) {
        List<MountEntry> entries = new ArrayList<>();
        List<String> passedOver = new ArrayList<>();
        for (int i = 0; i < spec.mounts().size(); i++) {
            IsolationSpec.Mount mount = spec.mounts().get(i);
            MountEntry entry = entry(i, mount, bundle);
            if (!entry.type().equals(CGROUP)) {
                entries.add(entry);
            } else if (cgroup2) {
                entries.add(
                        new MountEntry(
                                i, entry.destination(), CGROUP2, entry.source(), entry.options()));
            } else {
                passedOver.add(
                        entry.property() + " (cgroup on " + Excerpt.of(mount.destination()) + ")");
            }
        }
        return new MountList(List.copyOf(entries), List.copyOf(passedOver));
    }

    /** What {@code mounts[].options} may say besides what goes to a filesystem, sorted. */
    public static List<String> optionWords() {
        return MountOptions.words();
    }

    private static MountEntry entry(int index, IsolationSpec.Mount mount, Path bundle) {
        String property = "mounts[" + index + "]";
        noNul(property, mount);
        String destination = RootDirectory.clean(mount.destination());
        if (mount.destination().isEmpty()) {
            throw wrong(property + ".destination", "missing");
        }
        if (destination.equals("/")) {
            throw wrong(
                    property + ".destination",
                    Excerpt.quoted(mount.destination()) + " is on the top of rootfs");
        }
        MountOptions options = MountOptions.of(mount.options());
        // the option decides; type bind alone can mean nothing else
        boolean bind = options.bind() || mount.type().equals("bind");
        if (bind && !options.data().isEmpty()) {
            throw wrong(
                    property + ".options",
                    "bind mounts cannot have any filesystem-specific options applied: "
                            + Excerpt.quoted(options.data().getFirst()));
        }
        if (!bind && mount.type().isEmpty() && !options.remount()) {
            throw wrong(
                    property + ".type", "missing; a bind mount has option \"bind\" or \"rbind\"");
        }
        if (options.copyUp() && (bind || !mount.type().equals("tmpfs"))) {
            throw wrong(property + ".options", "tmpcopyup is for mounts of type tmpfs alone");
        }
        String source = mount.source();
        if (bind && !options.remount()) {
            if (source.isEmpty()) {
                throw wrong(property + ".source", "missing; a bind mount needs one");
            }
            source = source.startsWith("/") ? source : bundle + "/" + source;
        }
        String type = mount.type().isEmpty() ? NO_TYPE : mount.type();
        MountEntry entry =
                new MountEntry(index, destination, bind ? "" : type, source, mount.options());
        checkProc(entry);
        return entry;
    }

    private static void noNul(String property, IsolationSpec.Mount mount) {
        boolean found =
                mount.destination().indexOf('\0') >= 0
                        || mount.type().indexOf('\0') >= 0
                        || mount.source().indexOf('\0') >= 0;
        for (String option : mount.options()) {
            found |= option.indexOf('\0') >= 0;
        }
        if (found) {
            throw wrong(property, "mount field contains null byte");
        }
    }

    private static void checkProc(MountEntry entry) {
        String destination = entry.destination();
        if (destination.equals(ProcRules.PROC) && !entry.isBind() && !entry.type().equals("proc")) {
            throw wrong(
                    entry.property() + ".destination",
                    Excerpt.quoted(destination)
                            + " cannot be mounted because it is not of type proc");
        }
        if (ProcRules.isBelow(destination)
                && !(entry.isBind() && ProcRules.mayCover(destination))) {
            throw wrong(
                    entry.property() + ".destination",
                    Excerpt.quoted(destination) + " cannot be mounted because it is inside /proc");
        }
    }

    private static SpecException wrong(String property, String problem) {
        return new SpecException(ErrorCode.E_CONFIG_INVALID, CONFIG, property, problem);
    }
}
