package io.reaper.runtime.bundle;

import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.bundle.IsolationSpec.Device;
import io.reaper.runtime.bundle.IsolationSpec.Mount;
import io.reaper.runtime.bundle.IsolationSpec.Namespace;
import io.reaper.runtime.bundle.IsolationSpec.Personality;
import io.reaper.runtime.bundle.IsolationSpec.Root;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads what mode {@code oci} applies; what it does not know yet is refused by name, or passed over
 * where {@link IsolationSpec#passedOver} says so.
 */
final class IsolationReader {

    private static final long ID_MAX = 0xffff_fffeL;
    private static final Set<String> PASSED_OVER = Set.of("resources", "seccomp");
    private static final Set<String> REFUSED =
            Set.of(
                    "gidMappings",
                    "intelRdt",
                    "memoryPolicy",
                    "mountLabel",
                    "netDevices",
                    "timeOffsets",
                    "uidMappings");

    private final JsonInput json;
    private Optional<Root> root = Optional.empty();
    private List<Mount> mounts = List.of();
    private String hostname = "";
    private String domainname = "";
    private List<Namespace> namespaces = List.of();
    private List<Device> devices = List.of();
    private Map<String, String> sysctl = Map.of();
    private List<String> maskedPaths = List.of();
    private List<String> readonlyPaths = List.of();
    private Optional<String> rootfsPropagation = Optional.empty();
    private Optional<Personality> personality = Optional.empty();
    private final List<String> passedOver = new ArrayList<>();

    IsolationReader(JsonInput json) {
        this.json = json;
    }

    IsolationSpec read() {
        return new IsolationSpec(
                root,
                mounts,
                hostname,
                domainname,
                namespaces,
                devices,
                sysctl,
                maskedPaths,
                readonlyPaths,
                rootfsPropagation,
                personality,
                List.copyOf(passedOver));
    }

    /** {@code root}; its path. */
    String root() {
        String path = "";
        boolean readonly = false;
        json.enterObject();
        while (json.nextProperty()) {
            switch (json.property()) {
                case "path" -> path = json.string();
                case "readonly" -> readonly = json.bool();
                default -> json.skip();
            }
        }
        if (path.isEmpty()) {
            throw json.wrong("root.path", "missing");
        }
        root = Optional.of(new Root(path, readonly));
        return path;
    }

    /** A property of the document itself. */
    void property(String property) {
        switch (property) {
            case "mounts" -> mounts = mounts();
            case "hostname" -> hostname = json.string();
            case "domainname" -> domainname = json.string();
            default -> json.skip();
        }
    }

    /** A property of {@code linux}. */
    void linuxProperty(String property) {
        switch (property) {
            case "namespaces" -> namespaces = namespaces();
            case "devices" -> devices = devices();
            case "sysctl" -> sysctl = json.stringMap();
            case "maskedPaths" -> maskedPaths = json.strings();
            case "readonlyPaths" -> readonlyPaths = json.strings();
            case "rootfsPropagation" ->
                    rootfsPropagation =
                            Optional.of(json.string()).filter(given -> !given.isEmpty());
            case "personality" -> personality = Optional.of(personality());
            default -> other(property);
        }
    }

    private void other(String property) {
        if (json.isEmptySkipped()) {
            return;
        }
        String path = "linux." + property;
        if (REFUSED.contains(property)) {
            throw json.unsupported(path);
        }
        if (PASSED_OVER.contains(property)) {
            passedOver.add(path);
        }
    }

    private List<Mount> mounts() {
        List<Mount> all = new ArrayList<>();
        json.enterArray();
        while (json.nextElement()) {
            all.add(mount("mounts[" + all.size() + "]"));
        }
        return List.copyOf(all);
    }

    private Mount mount(String path) {
        String destination = "";
        String type = "";
        String source = "";
        List<String> options = List.of();
        json.enterObject();
        while (json.nextProperty()) {
            String property = json.property();
            switch (property) {
                case "destination" -> destination = json.string();
                case "type" -> type = json.string();
                case "source" -> source = json.string();
                case "options" -> options = json.strings();
                case "uidMappings", "gidMappings" -> {
                    if (!json.isEmptySkipped()) {
                        throw json.unsupported(path + "." + property);
                    }
                }
                default -> json.skip();
            }
        }
        if (destination.isEmpty()) {
            throw json.wrong(path + ".destination", "missing");
        }
        for (String option : options) {
            if (option.startsWith("idmap") || option.startsWith("ridmap")) {
                throw json.unsupported(path + ".options (" + Excerpt.of(option) + ")");
            }
        }
        return new Mount(destination, type, source, options);
    }

    private List<Namespace> namespaces() {
        List<Namespace> all = new ArrayList<>();
        json.enterArray();
        while (json.nextElement()) {
            all.add(namespace("linux.namespaces[" + all.size() + "]"));
        }
        return List.copyOf(all);
    }

    private Namespace namespace(String at) {
        String type = "";
        String path = "";
        json.enterObject();
        while (json.nextProperty()) {
            switch (json.property()) {
                case "type" -> type = json.string();
                case "path" -> path = json.string();
                default -> json.skip();
            }
        }
        if (type.isEmpty()) {
            throw json.wrong(at + ".type", "missing");
        }
        if (type.equals("user") || type.equals("time")) {
            throw json.unsupported(at + " (type " + type + ")");
        }
        return new Namespace(type, path);
    }

    private List<Device> devices() {
        List<Device> all = new ArrayList<>();
        json.enterArray();
        while (json.nextElement()) {
            all.add(device("linux.devices[" + all.size() + "]"));
        }
        return List.copyOf(all);
    }

    private Device device(String at) {
        String type = "";
        String path = "";
        long major = 0;
        long minor = 0;
        OptionalInt fileMode = OptionalInt.empty();
        int uid = 0;
        int gid = 0;
        json.enterObject();
        while (json.nextProperty()) {
            switch (json.property()) {
                case "type" -> type = json.string();
                case "path" -> path = json.string();
                case "major" -> major = json.integer(Long.MIN_VALUE, Long.MAX_VALUE);
                case "minor" -> minor = json.integer(Long.MIN_VALUE, Long.MAX_VALUE);
                case "fileMode" ->
                        fileMode = OptionalInt.of((int) json.integer(0, 0xffff_ffffL) & 07777);
                case "uid" -> uid = (int) json.integer(0, ID_MAX);
                case "gid" -> gid = (int) json.integer(0, ID_MAX);
                default -> json.skip();
            }
        }
        if (path.isEmpty()) {
            throw json.wrong(at + ".path", "missing");
        }
        return new Device(type, path, major, minor, fileMode, uid, gid);
    }

    private Personality personality() {
        String domain = "";
        List<String> flags = List.of();
        json.enterObject();
        while (json.nextProperty()) {
            switch (json.property()) {
                case "domain" -> domain = json.string();
                case "flags" -> flags = json.strings();
                default -> json.skip();
            }
        }
        return new Personality(domain, flags);
    }
}
