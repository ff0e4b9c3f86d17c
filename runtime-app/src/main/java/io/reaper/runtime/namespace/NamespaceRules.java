package io.reaper.runtime.namespace;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.namespace.NamespaceType;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.bundle.SpecException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/**
 * What a configuration may not ask for with the namespaces it has: it would be done to the host.
 * Pure.
 */
public final class NamespaceRules {

    private static final String CONFIG = "config.json";
    private static final String NO_MOUNT_NAMESPACE =
            "needs a mount namespace of the container's own, and linux.namespaces gives none";
    private static final int LONGEST_NAME = 64; // __NEW_UTS_LEN

    private final IsolationSpec spec;
    private final Set<NamespaceType> own;

    /**
     * @param own the types of which the container's namespace is new or joined, not the runtime's
     */
    public NamespaceRules(IsolationSpec spec, Set<NamespaceType> own) {
        this.spec = spec;
        this.own = own;
    }

    /**
     * Checks all of it.
     *
     * @param noPivot whether {@code --no-pivot} was given
     * @throws SpecException that names the property
     */
    public void check(boolean noPivot) {
        if (!own.contains(NamespaceType.MOUNT)) {
            checkNothingIsMounted(noPivot);
        }
        checkName("hostname", spec.hostname());
        checkName("domainname", spec.domainname());
        for (Map.Entry<String, String> entry : spec.sysctl().entrySet()) {
            SysctlKey.of(entry.getKey())
                    .refusal(entry.getValue(), own, spec.domainname())
                    .ifPresent(
                            problem -> {
                                throw wrong("linux.sysctl", problem);
                            });
        }
    }

    private void checkNothingIsMounted(boolean noPivot) {
        refuse("mounts", !spec.mounts().isEmpty());
        checkUnrestricted("linux.maskedPaths", spec.maskedPaths().isEmpty());
        checkUnrestricted("linux.readonlyPaths", spec.readonlyPaths().isEmpty());
        refuse("linux.devices", !spec.devices().isEmpty());
        refuse("linux.rootfsPropagation", spec.rootfsPropagation().isPresent());
        refuse("root.readonly", spec.root().isPresent() && spec.root().get().readonly());
        refuse("--no-pivot", noPivot);
    }

    private static void checkUnrestricted(String property, boolean empty) {
        if (!empty) {
            throw wrong(property, "unable to restrict sys entries without a private MNT namespace");
        }
    }

    private static void refuse(String property, boolean given) {
        if (given) {
            throw wrong(property, NO_MOUNT_NAMESPACE);
        }
    }

    private void checkName(String property, String name) {
        if (name.isEmpty()) {
            return;
        }
        if (!own.contains(NamespaceType.UTS)) {
            throw wrong(property, "unable to set " + property + " without a private UTS namespace");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            throw wrong(
                    property, Excerpt.quoted(name) + " is longer than " + LONGEST_NAME + " bytes");
        }
    }

    private static SpecException wrong(String property, String problem) {
        return new SpecException(ErrorCode.E_CONFIG_INVALID, CONFIG, property, problem);
    }
}
