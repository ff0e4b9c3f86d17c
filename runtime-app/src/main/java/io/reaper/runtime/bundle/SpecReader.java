package io.reaper.runtime.bundle;

import io.reaper.contract.Isolation;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.hooks.Hooks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads config.json (runtime-spec 1.3, config.md and config-linux.md); unknown properties are
 * passed over.
 */
public final class SpecReader {

    private static final Set<String> NOT_APPLIED =
            Set.of("root", "mounts", "hostname", "domainname");
    private static final Set<String> LINUX_NOT_APPLIED =
            Set.of(
                    "devices",
                    "gidMappings",
                    "intelRdt",
                    "maskedPaths",
                    "memoryPolicy",
                    "mountLabel",
                    "netDevices",
                    "personality",
                    "readonlyPaths",
                    "resources",
                    "rootfsPropagation",
                    "seccomp",
                    "sysctl",
                    "timeOffsets",
                    "uidMappings");

    private final JsonInput json;
    private final List<String> notApplied = new ArrayList<>();
    private String ociVersion = "";
    private Optional<Spec.ContainerProcess> process = Optional.empty();
    private Optional<String> rootPath = Optional.empty();
    private Map<String, String> annotations = new LinkedHashMap<>();
    private Optional<String> cgroupsPath = Optional.empty();
    private List<String> namespaces = List.of();
    private Hooks hooks = Hooks.NONE;

    private final Optional<IsolationReader> isolation;

    private SpecReader(JsonInput json, Isolation mode) {
        this.json = json;
        this.isolation =
                mode == Isolation.OCI ? Optional.of(new IsolationReader(json)) : Optional.empty();
    }

    /**
     * Reads a whole document.
     *
     * @param file name of the document in errors
     * @param mode what does not concern it is passed over
     * @throws SpecException if it is not JSON, a value has the wrong type or range, a required one
     *     is missing, or one is given that this version cannot apply
     */
    public static Spec read(String file, byte[] document, Isolation mode) {
        try (JsonInput json = new JsonInput(file, document)) {
            return new SpecReader(json, mode).spec();
        }
    }

    /** As far as it does not depend on the mode. */
    public static Spec read(String file, byte[] document) {
        return read(file, document, Isolation.HOST);
    }

    /**
     * Reads a document that holds {@code process} alone.
     *
     * @param file as above
     * @param notApplied properties that ask for what is not applied are added to it; none is in
     *     mode {@code oci}
     */
    public static Spec.ContainerProcess readProcess(
            String file, byte[] document, Isolation mode, List<String> notApplied) {
        try (JsonInput json = new JsonInput(file, document)) {
            Spec.ContainerProcess process = ProcessReader.read(json, "", notApplied);
            json.end();
            if (mode == Isolation.OCI && !notApplied.isEmpty()) {
                throw json.unsupported(notApplied.getFirst());
            }
            return process;
        }
    }

    private Spec spec() {
        json.enterObject();
        while (json.nextProperty()) {
            String property = json.property();
            switch (property) {
                case "ociVersion" -> ociVersion = version();
                case "process" ->
                        process = Optional.of(ProcessReader.read(json, "process.", notApplied));
                case "root" -> root();
                case "annotations" -> annotations = json.stringMap();
                case "linux" -> linux();
                case "hooks" -> hooks = HooksReader.read(json);
                default -> other(property);
            }
        }
        json.end();
        if (isolation.isPresent() && !notApplied.isEmpty()) {
            throw json.unsupported(notApplied.getFirst());
        }
        if (ociVersion.isEmpty()) {
            throw json.wrong("ociVersion", "missing");
        }
        return new Spec(
                ociVersion,
                process.orElseThrow(() -> json.wrong("process", "missing")),
                rootPath,
                annotations,
                cgroupsPath,
                namespaces,
                hooks,
                List.copyOf(notApplied),
                isolation.map(IsolationReader::read));
    }

    private void other(String property) {
        if (isolation.isPresent()) {
            isolation.get().property(property);
        } else {
            passOver(property, NOT_APPLIED.contains(property));
        }
    }

    private String version() {
        String version = json.string();
        if (!version.startsWith("1.")) {
            throw json.wrong(Excerpt.quoted(version) + " is not supported, 1.x is");
        }
        return version;
    }

    private void root() {
        if (isolation.isPresent()) {
            rootPath = Optional.of(isolation.get().root());
            return;
        }
        notApplied.add("root");
        json.enterObject();
        while (json.nextProperty()) {
            if (json.property().equals("path")) {
                rootPath = Optional.of(json.string());
            } else {
                json.skip();
            }
        }
        if (rootPath.isEmpty()) {
            throw json.wrong("root.path", "missing");
        }
    }

    private void linux() {
        json.enterObject();
        while (json.nextProperty()) {
            String property = json.property();
            switch (property) {
                case "cgroupsPath" ->
                        cgroupsPath = Optional.of(json.string()).filter(path -> !path.isEmpty());
                default -> otherOfLinux(property);
            }
        }
    }

    private void otherOfLinux(String property) {
        if (isolation.isPresent()) {
            isolation.get().linuxProperty(property);
        } else if (property.equals("namespaces")) {
            namespaces();
        } else {
            passOver("linux." + property, LINUX_NOT_APPLIED.contains(property));
        }
    }

    private void namespaces() {
        List<String> types = new ArrayList<>();
        json.enterArray();
        while (json.nextElement()) {
            json.enterObject();
            while (json.nextProperty()) {
                if (json.property().equals("type")) {
                    types.add(json.string());
                } else {
                    json.skip();
                }
            }
        }
        namespaces = List.copyOf(types);
        if (!types.isEmpty()) {
            notApplied.add("linux.namespaces (" + String.join(", ", types) + ")");
        }
    }

    private void passOver(String property, boolean known) {
        if (!json.isEmptySkipped() && known) {
            notApplied.add(property);
        }
    }
}
