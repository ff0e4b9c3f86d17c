package io.reaper.contract;

import java.util.Locale;
import java.util.Optional;

/** How a container is kept apart from the node: what {@code REAPER_ISOLATION} may say. */
public enum Isolation {
    /** The program runs on the node itself; namespaces and rootfs are not applied. */
    HOST,
    /** As config.json says: what it asks for is applied, or refused. */
    OCI;

    /** As settings and state.json write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Of a word of {@link #word}. */
    public static Optional<Isolation> of(String word) {
        return switch (word) {
            case "host" -> Optional.of(HOST);
            case "oci" -> Optional.of(OCI);
            default -> Optional.empty();
        };
    }
}
