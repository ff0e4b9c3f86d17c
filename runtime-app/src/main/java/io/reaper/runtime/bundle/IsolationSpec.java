package io.reaper.runtime.bundle;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What config.json asks for that keeps a container apart (runtime-spec 1.3, config.md "Root",
 * "Mounts", "Hostname", "Domainname"; config-linux.md). Read and applied in mode {@code oci} alone.
 *
 * @param hostname empty: none asked for, as of {@code domainname}
 * @param namespaces in their order, types as written
 * @param sysctl by key as written, in their order
 * @param maskedPaths as written, as of {@code readonlyPaths}
 * @param passedOver names of the properties given which this version does not apply
 */
public record IsolationSpec(
        Optional<Root> root,
        List<Mount> mounts,
        String hostname,
        String domainname,
        List<Namespace> namespaces,
        List<Device> devices,
        Map<String, String> sysctl,
        List<String> maskedPaths,
        List<String> readonlyPaths,
        Optional<String> rootfsPropagation,
        Optional<Personality> personality,
        List<String> passedOver) {

    /**
     * {@code root}.
     *
     * @param path as written: absolute, or relative to the bundle
     */
    public record Root(String path, boolean readonly) {}

    /** An element of {@code mounts}; what is absent is empty. */
    public record Mount(String destination, String type, String source, List<String> options) {}

    /**
     * An element of {@code linux.namespaces}.
     *
     * @param path empty: a new one
     */
    public record Namespace(String type, String path) {}

    /**
     * An element of {@code linux.devices}.
     *
     * @param uid unsigned, in the bits of an int, as gid
     */
    public record Device(
            String type,
            String path,
            long major,
            long minor,
            OptionalInt fileMode,
            int uid,
            int gid) {}

    /** {@code linux.personality}, as written. */
    public record Personality(String domain, List<String> flags) {}
}
