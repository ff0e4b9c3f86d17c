package io.reaper.linux.namespace;

import java.util.Optional;

/**
 * The kinds of namespaces, named as runtime-spec 1.3 does (config-linux.md, "Namespaces"). {@link
 * #USER} and {@link #TIME} are known by name only: nothing here enters or makes one.
 */
public enum NamespaceType {
    PID("pid", "pid", 0x20000000),
    NETWORK("network", "net", 0x40000000),
    MOUNT("mount", "mnt", 0x00020000),
    IPC("ipc", "ipc", 0x08000000),
    UTS("uts", "uts", 0x04000000),
    CGROUP("cgroup", "cgroup", 0x02000000),
    USER("user", "user", 0x10000000),
    TIME("time", "time", 0x00000080);

    private final String word;
    private final String file;
    private final int flag;

    NamespaceType(String word, String file, int flag) {
        this.word = word;
        this.file = file;
        this.flag = flag;
    }

    /** The specification's name of it. */
    public String word() {
        return word;
    }

    /** Its file's name below {@code /proc/PID/ns}. */
    public String file() {
        return file;
    }

    /** {@code CLONE_NEW…} of {@code clone(2)}, by which {@code setns(2)} knows it, too. */
    public int flag() {
        return flag;
    }

    /** The type of a name; empty if there is none. */
    public static Optional<NamespaceType> named(String word) {
        for (NamespaceType type : values()) {
            if (type.word.equals(word)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** The type of a flag; empty for one that a later kernel may have. */
    static Optional<NamespaceType> of(long flag) {
        for (NamespaceType type : values()) {
            if (type.flag == flag) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
