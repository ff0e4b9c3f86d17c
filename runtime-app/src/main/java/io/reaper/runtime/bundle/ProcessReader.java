package io.reaper.runtime.bundle;

import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import io.reaper.linux.process.Scheduling;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.linux.text.Excerpt;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads {@code process} (runtime-spec 1.3, config.md, "Process"). */
final class ProcessReader {

    private static final long ID_MAX = 0xffff_fffeL;
    private static final int SIZE_MAX = 0xffff;
    private static final Set<String> NOT_APPLIED =
            Set.of("apparmorProfile", "selinuxLabel", "execCPUAffinity");

    private final JsonInput json;
    private final String prefix;
    private final List<String> notApplied;
    private List<String> args = List.of();
    private List<String> env = List.of();
    private String cwd = "";
    private Spec.User user = new Spec.User(0, 0, List.of(), OptionalInt.empty());
    private Map<Resource, Limit> rlimits = Map.of();
    private OptionalInt oomScoreAdj = OptionalInt.empty();
    private Spec.Capabilities capabilities = Spec.Capabilities.NONE;
    private boolean noNewPrivileges;
    private Optional<Spec.IoPriority> ioPriority = Optional.empty();
    private Optional<Scheduling.Attributes> scheduler = Optional.empty();
    private boolean terminal;
    private Optional<WindowSize> consoleSize = Optional.empty();

    private ProcessReader(JsonInput json, String prefix, List<String> notApplied) {
        this.json = json;
        this.prefix = prefix;
        this.notApplied = notApplied;
    }

    /**
     * The process which is the current value.
     *
     * @param prefix of its properties' paths: "process." or nothing
     * @param notApplied what is not applied is added to it
     */
    static Spec.ContainerProcess read(JsonInput json, String prefix, List<String> notApplied) {
        return new ProcessReader(json, prefix, notApplied).process();
    }

    private Spec.ContainerProcess process() {
        json.enterObject();
        while (json.nextProperty()) {
            String property = json.property();
            switch (property) {
                case "args" -> args = args();
                case "env" -> env = env();
                case "cwd" -> cwd = cwd();
                case "user" -> user = user();
                case "rlimits" -> rlimits = rlimits();
                case "oomScoreAdj" -> oomScoreAdj = OptionalInt.of(json.int32(-1000, 1000));
                case "capabilities" -> capabilities = capabilities();
                case "noNewPrivileges" -> noNewPrivileges = json.bool();
                case "ioPriority" -> ioPriority = Optional.of(ioPriority());
                case "scheduler" -> scheduler = Optional.of(SchedulerReader.read(json, prefix));
                case "terminal" -> terminal = json.bool();
                case "consoleSize" -> consoleSize = Optional.of(consoleSize());
                default -> passOver(property);
            }
        }
        if (args.isEmpty()) {
            throw json.wrong(prefix + "args", "missing or empty: it names the program");
        }
        if (cwd.isEmpty()) {
            throw json.wrong(prefix + "cwd", "missing: an absolute path is required");
        }
        return new Spec.ContainerProcess(
                args,
                env,
                cwd,
                user,
                rlimits,
                oomScoreAdj,
                capabilities,
                noNewPrivileges,
                ioPriority,
                scheduler,
                terminal,
                consoleSize);
    }

    private List<String> args() {
        List<String> values = json.strings();
        if (!values.isEmpty() && values.getFirst().isEmpty()) {
            throw json.wrong(prefix + "args[0]", "is empty: it names the program");
        }
        return values;
    }

    private List<String> env() {
        List<String> values = new ArrayList<>();
        json.enterArray();
        while (json.nextElement()) {
            String entry = json.string();
            int equals = entry.indexOf('=');
            if (equals <= 0) { // and no word of what it says: values are nobody's business
                throw json.wrong(equals < 0 ? "has no \"=\": NAME=value is wanted" : "has no name");
            }
            values.add(entry);
        }
        return List.copyOf(values);
    }

    private String cwd() {
        String path = json.string();
        if (!path.startsWith("/")) {
            throw json.wrong(Excerpt.quoted(path) + " is not an absolute path");
        }
        return path;
    }

    private WindowSize consoleSize() {
        int columns = 0;
        int rows = 0;
        json.enterObject();
        while (json.nextProperty()) {
            switch (json.property()) {
                case "width" -> columns = json.int32(0, SIZE_MAX);
                case "height" -> rows = json.int32(0, SIZE_MAX);
                default -> json.skip();
            }
        }
        return new WindowSize(columns, rows);
    }

    private void passOver(String property) {
        if (!json.isEmptySkipped() && NOT_APPLIED.contains(property)) {
            notApplied.add(prefix + property);
        }
    }

    private Spec.User user() {
        int uid = 0;
        int gid = 0;
        List<Integer> groups = new ArrayList<>();
        OptionalInt umask = OptionalInt.empty();
        json.enterObject();
        while (json.nextProperty()) {
            switch (json.property()) {
                case "uid" -> uid = id();
                case "gid" -> gid = id();
                case "umask" -> umask = OptionalInt.of(json.int32(0, 0777));
                case "additionalGids" -> {
                    json.enterArray();
                    while (json.nextElement()) {
                        groups.add(id());
                    }
                }
                default -> json.skip();
            }
        }
        return new Spec.User(uid, gid, List.copyOf(groups), umask);
    }

    private int id() {
        return (int) json.integer(0, ID_MAX);
    }

    private Map<Resource, Limit> rlimits() {
        Map<Resource, Limit> limits = new EnumMap<>(Resource.class);
        json.enterArray();
        while (json.nextElement()) {
            rlimit(limits);
        }
        return limits;
    }

    private void rlimit(Map<Resource, Limit> limits) {
        Optional<Resource> type = Optional.empty();
        long soft = 0;
        long hard = 0;
        json.enterObject();
        while (json.nextProperty()) {
            switch (json.property()) {
                case "type" -> type = Optional.of(resource());
                case "soft" -> soft = json.unsigned64();
                case "hard" -> hard = json.unsigned64();
                default -> json.skip();
            }
        }
        if (type.isEmpty()) {
            throw json.wrong("type is missing");
        }
        if (Long.compareUnsigned(soft, hard) > 0) {
            throw json.wrong(
                    "soft limit "
                            + Long.toUnsignedString(soft)
                            + " is above the hard limit "
                            + Long.toUnsignedString(hard));
        }
        if (limits.put(type.get(), new Limit(soft, hard)) != null) {
            throw json.wrong("gives " + type.get() + " again");
        }
    }

    private Resource resource() {
        String name = json.string();
        for (Resource resource : Resource.values()) {
            if (resource.name().equals(name)) {
                return resource;
            }
        }
        throw json.wrong("unknown limit " + Excerpt.quoted(name));
    }

    private Spec.Capabilities capabilities() {
        List<String> bounding = List.of();
        List<String> effective = List.of();
        List<String> inheritable = List.of();
        List<String> permitted = List.of();
        List<String> ambient = List.of();
        json.enterObject();
        while (json.nextProperty()) {
            switch (json.property()) {
                case "bounding" -> bounding = json.strings();
                case "effective" -> effective = json.strings();
                case "inheritable" -> inheritable = json.strings();
                case "permitted" -> permitted = json.strings();
                case "ambient" -> ambient = json.strings();
                default -> json.skip();
            }
        }
        return new Spec.Capabilities(bounding, effective, inheritable, permitted, ambient);
    }

    private Spec.IoPriority ioPriority() {
        int ioClass = 0;
        int priority = 0;
        json.enterObject();
        while (json.nextProperty()) {
            switch (json.property()) {
                case "class" -> ioClass = ioClass();
                case "priority" -> priority = json.int32(0, 7);
                default -> json.skip();
            }
        }
        if (ioClass == 0) {
            throw json.wrong(prefix + "ioPriority.class", "missing");
        }
        return new Spec.IoPriority(ioClass, priority);
    }

    private int ioClass() {
        String name = json.string();
        return switch (name) {
            case "IOPRIO_CLASS_RT" -> 1;
            case "IOPRIO_CLASS_BE" -> 2;
            case "IOPRIO_CLASS_IDLE" -> 3;
            default -> throw json.wrong("unknown class " + Excerpt.quoted(name));
        };
    }
}
