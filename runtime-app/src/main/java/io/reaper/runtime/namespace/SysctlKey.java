package io.reaper.runtime.namespace;

import io.reaper.linux.namespace.NamespaceType;
import io.reaper.linux.text.Excerpt;
import java.util.Optional;
import java.util.Set;

/**
 * A key of {@code linux.sysctl}: where it lies, and whose it is (runtime-spec 1.3, config-linux.md,
 * "Sysctl"). Of the two forms that are written, the first separator tells which one it is: in
 * {@code net/ipv4/conf/eth0.1/rp_filter} dots belong to names, in {@code
 * net.ipv4.conf.eth0/1.rp_filter} slashes stand for them.
 *
 * @param key as written
 * @param path the file's, below {@code /proc/sys}
 */
public record SysctlKey(String key, String path) {

    private static final String HOSTNAME = "kernel/hostname";
    private static final String DOMAINNAME = "kernel/domainname";

    private static final Set<String> IPC =
            Set.of(
                    "kernel/msgmax",
                    "kernel/msgmnb",
                    "kernel/msgmni",
                    "kernel/sem",
                    "kernel/shmall",
                    "kernel/shmmax",
                    "kernel/shmmni",
                    "kernel/shm_rmid_forced");

    /** The key that is written so. */
    public static SysctlKey of(String key) {
        return new SysctlKey(key, path(key));
    }

    private static String path(String key) {
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c == '/') {
                return key;
            }
            if (c == '.') {
                return exchanged(key);
            }
        }
        return key;
    }

    private static String exchanged(String key) {
        char[] path = key.toCharArray();
        for (int i = 0; i < path.length; i++) {
            if (path[i] == '.') {
                path[i] = '/';
            } else if (path[i] == '/') {
                path[i] = '.';
            }
        }
        return new String(path);
    }

    /**
     * Why it may not be set.
     *
     * @param own the types of which the container's namespace is not the host's
     * @param domainname what the container is to be called besides; may be empty
     * @return empty if it may
     */
    Optional<String> refusal(String value, Set<NamespaceType> own, String domainname) {
        String quoted = Excerpt.quoted(key);
        if (isAstray()) {
            return Optional.of("sysctl " + quoted + " is not in a separate kernel namespace");
        }
        if (IPC.contains(path) || path.startsWith("fs/mqueue/")) {
            return own.contains(NamespaceType.IPC)
                    ? Optional.empty()
                    : Optional.of(
                            "sysctl " + quoted + " is not allowed in the hosts ipc namespace");
        }
        if (path.startsWith("net/")) {
            return own.contains(NamespaceType.NETWORK)
                    ? Optional.empty()
                    : Optional.of("sysctl " + quoted + " not allowed in host network namespace");
        }
        if (path.equals(HOSTNAME)) {
            return Optional.of(
                    "sysctl "
                            + quoted
                            + " is not allowed as it conflicts with the OCI \"hostname\" field");
        }
        if (path.equals(DOMAINNAME) && own.contains(NamespaceType.UTS)) {
            return domainname.isEmpty() || domainname.equals(value)
                    ? Optional.empty()
                    : Optional.of(
                            "sysctl "
                                    + quoted
                                    + " is not allowed as it conflicts with the OCI \"domainname\""
                                    + " field");
        }
        if (path.startsWith("user/")) {
            return Optional.of(
                    "setting ucounts without a user namespace not allowed: " + Excerpt.of(key));
        }
        return Optional.of("sysctl " + quoted + " is not in a separate kernel namespace");
    }

    /** Whether a part of the path is none, or leads up: {@code net/../kernel/core_pattern}. */
    private boolean isAstray() {
        int start = 0;
        while (start <= path.length()) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            String name = path.substring(start, end);
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                return true;
            }
            start = end + 1;
        }
        return false;
    }
}
