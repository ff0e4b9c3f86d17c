package io.reaper.runtime.namespace;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.namespace.NamespaceFiles;
import io.reaper.linux.namespace.NamespaceType;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.bundle.SpecException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code linux.namespaces} of a container, resolved: each type is new, joined by a path, or
 * inherited. It is inherited if it is not listed, or if its path leads to the runtime's own.
 *
 * <p>Owns the descriptors of the joined ones: from here on their paths mean nothing any more.
 */
public final class Namespaces implements AutoCloseable {

    private static final String CONFIG = "config.json";

    /**
     * Which the kernel asks for when they are entered one by one: a mount namespace hides paths.
     */
    private static final List<NamespaceType> ORDER =
            List.of(
                    NamespaceType.IPC,
                    NamespaceType.UTS,
                    NamespaceType.NETWORK,
                    NamespaceType.CGROUP,
                    NamespaceType.MOUNT);

    /** One to enter. */
    public record Joined(NamespaceType type, Fd file) {}

    private final Set<NamespaceType> made = EnumSet.noneOf(NamespaceType.class);
    private final List<Joined> joined = new ArrayList<>();

    private Namespaces() {}

    /**
     * Looks at all of them; nothing is made or entered.
     *
     * @throws SpecException if a type is unknown or listed twice, or a path is relative, cannot be
     *     opened, or leads to something else
     */
    public static Namespaces resolve(List<IsolationSpec.Namespace> given) {
        Namespaces namespaces = new Namespaces();
        try {
            Set<NamespaceType> listed = EnumSet.noneOf(NamespaceType.class);
            int index = 0;
            for (IsolationSpec.Namespace namespace : given) {
                String property = "linux.namespaces[" + index++ + "]";
                NamespaceType type = type(namespace.type(), property);
                if (!listed.add(type)) {
                    throw wrong(
                            property,
                            "malformed spec file: duplicated ns " + Excerpt.quoted(type.word()));
                }
                namespaces.add(type, namespace.path(), property);
            }
            return namespaces;
        } catch (RuntimeException e) {
            namespaces.close();
            throw e;
        }
    }

    private static NamespaceType type(String word, String property) {
        NamespaceType type =
                NamespaceType.named(word)
                        .orElseThrow(
                                () ->
                                        wrong(
                                                property,
                                                "namespace "
                                                        + Excerpt.quoted(word)
                                                        + " does not exist"));
        return switch (type) {
            case PID, NETWORK, MOUNT, IPC, UTS, CGROUP -> type;
            case USER, TIME ->
                    throw new SpecException(
                            ErrorCode.E_NOT_SUPPORTED,
                            CONFIG,
                            property,
                            type.word() + " namespaces are not supported");
        };
    }

    private void add(NamespaceType type, String path, String property) {
        if (path.isEmpty()) {
            made.add(type);
            return;
        }
        String place = property + ".path";
        if (path.charAt(0) != '/') {
            throw wrong(place, Excerpt.quoted(path) + " is not an absolute path");
        }
        Fd file = open(path, place);
        try {
            check(type, file, path, place);
            FileStat own = NamespaceFiles.own(type);
            if (file.stat().sameFile(own)) {
                file.close();
                return;
            }
            if (type == NamespaceType.PID && !NamespaceFiles.isWithin(file, own)) {
                throw wrong(
                        place,
                        Excerpt.quoted(path)
                                + " is not below the runtime's pid namespace: "
                                + Errno.EINVAL.text());
            }
            joined.add(new Joined(type, file));
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static Fd open(String path, String place) {
        try {
            return NamespaceFiles.open(Path.of(path));
        } catch (LinuxException e) {
            throw wrong(place, e.getMessage());
        }
    }

    private static void check(NamespaceType type, Fd file, String path, String place) {
        Optional<NamespaceType> found;
        try {
            found = NamespaceFiles.type(file);
        } catch (LinuxException e) {
            throw wrong(place, Excerpt.quoted(path) + " is not a namespace: " + e.errno().text());
        }
        if (found.isEmpty() || found.get() != type) {
            throw wrong(
                    place,
                    Excerpt.quoted(path)
                            + " is "
                            + found.map(other -> "of type " + other.word())
                                    .orElse("of another type")
                            + ", not "
                            + type.word()
                            + ": "
                            + Errno.EINVAL.text());
        }
    }

    private static SpecException wrong(String property, String problem) {
        return new SpecException(ErrorCode.E_CONFIG_INVALID, CONFIG, property, problem);
    }

    /** Whether it is made for this container. */
    public boolean isNew(NamespaceType type) {
        return made.contains(type);
    }

    /** Whether it is not the runtime's: new or joined. */
    public boolean isOwn(NamespaceType type) {
        return made.contains(type) || find(type).isPresent();
    }

    /** The types of {@link #isOwn}. */
    public Set<NamespaceType> own() {
        Set<NamespaceType> own = EnumSet.noneOf(NamespaceType.class);
        own.addAll(made);
        joined.forEach(namespace -> own.add(namespace.type()));
        return own;
    }

    /**
     * {@code CLONE_NEW…} of the stage's birth. A new cgroup namespace is none of them: its root is
     * where its maker is, and the stage may still have to be moved.
     */
    public long newFlags() {
        long flags = 0;
        for (NamespaceType type : made) {
            flags |= type == NamespaceType.CGROUP ? 0 : type.flag();
        }
        return flags;
    }

    /** Whether it has a new pid namespace, in which everything ends with its init. */
    public boolean ownPids() {
        return isNew(NamespaceType.PID);
    }

    /** The joined pid namespace: the stage is born in it. */
    public Optional<Fd> pidNamespace() {
        return find(NamespaceType.PID);
    }

    /** What the stage enters by itself, in the order in which it has to. */
    public List<Joined> entered() {
        List<Joined> entered = new ArrayList<>();
        for (NamespaceType type : ORDER) {
            find(type).ifPresent(file -> entered.add(new Joined(type, file)));
        }
        return entered;
    }

    /** The descriptors of {@link #entered}, for the stage. */
    public List<Fd> given() {
        List<Fd> given = new ArrayList<>();
        entered().forEach(namespace -> given.add(namespace.file()));
        return given;
    }

    private Optional<Fd> find(NamespaceType type) {
        for (Joined namespace : joined) {
            if (namespace.type() == type) {
                return Optional.of(namespace.file());
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        joined.forEach(namespace -> namespace.file().close());
    }
}
