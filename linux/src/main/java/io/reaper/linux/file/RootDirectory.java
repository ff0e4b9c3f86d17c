package io.reaper.linux.file;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * A directory tree of somebody else's. Paths are walked by the kernel, with this directory as "/"
 * for absolute paths, links and "..", and no magic link is followed ({@code openat2(2)}, {@code
 * RESOLVE_IN_ROOT}). From then on a file is a descriptor; what is missing is made component by
 * component below descriptors, so that no link which appears meanwhile leads out.
 */
public final class RootDirectory implements AutoCloseable {

    private static final long RESOLVE = 0x02 | 0x10; // NO_MAGICLINKS, IN_ROOT
    private static final int LINKS = 40; // as many as the kernel follows
    private static final int TRIES = 1000; // a rename anywhere disturbs a walk with ".."
    private static final int PATH_MAX = 4096;
    private static final int HANDLE = OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
    private static final int DIRECTORY_MODE = 0755;

    private final Fd root;

    /** Takes over a descriptor of a directory. */
    public RootDirectory(Fd root) {
        this.root = root;
    }

    public Fd fd() {
        return root;
    }

    /**
     * The last component of a path that is to be made, replaced or removed.
     *
     * @param directory closed with this
     * @param name neither "." nor ".."
     */
    public record Parent(Fd directory, String name) implements AutoCloseable {
        @Override
        public void close() {
            directory.close();
        }
    }

    /** A path as it is meant: absolute, "." and ".." taken out by text, as other runtimes do. */
    public static String clean(String path) {
        Deque<String> names = new ArrayDeque<>();
        for (String name : path.split("/", -1)) {
            if (name.equals("..")) {
                names.pollLast();
            } else if (!name.isEmpty() && !name.equals(".")) {
                names.addLast(name);
            }
        }
        return "/" + String.join("/", names);
    }

    /**
     * Opens what is there; links are followed inside.
     *
     * @param flags of {@code open(2)}, without {@code O_CREAT}
     * @throws LinuxException naming the path as the container knows it
     */
    public Fd open(String path, int flags) {
        return Fd.opened(tried(path, flags), "open", path);
    }

    /** As {@link #open}; empty if there is no such file (ENOENT). */
    public Optional<Fd> find(String path, int flags) {
        long result = tried(path, flags);
        return result == -Errno.ENOENT.number()
                ? Optional.empty()
                : Optional.of(Fd.opened(result, "open", path));
    }

    private long tried(String path, int flags) {
        long result;
        int tries = 0;
        do {
            result =
                    Syscalls.get()
                            .openat2(
                                    root.number(),
                                    path.isEmpty() ? "/" : path,
                                    flags | OpenFlags.O_CLOEXEC,
                                    0,
                                    RESOLVE);
        } while ((result == -Errno.EAGAIN.number() || result == -Errno.EINTR.number())
                && ++tries < TRIES);
        return result;
    }

    /**
     * An {@code O_PATH} descriptor of a directory; its missing components are made.
     *
     * @param mode permissions of those, before the umask
     */
    public Fd directory(String path, int mode) {
        Optional<Fd> found = find(path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
        return found.orElseGet(() -> new Walk(path, mode).toDirectory());
    }

    /**
     * An {@code O_PATH} descriptor of a file that is no directory; a missing one is made as an
     * empty regular file, its missing directories with 0755.
     *
     * @param mode permissions of the file, before the umask
     * @throws LinuxException EISDIR if there is a directory
     */
    public Fd file(String path, int mode) {
        Optional<Fd> found = find(path, OpenFlags.O_PATH);
        Fd file = found.orElseGet(() -> new Walk(path, DIRECTORY_MODE).toFile(mode));
        if (file.stat().isDirectory()) {
            file.close();
            throw new LinuxException("open", path, Errno.EISDIR);
        }
        return file;
    }

    /**
     * Where the last component of a path belongs; that itself is not looked at, and no link there
     * is followed. Missing directories are made.
     *
     * @param mode permissions of those, before the umask
     * @throws LinuxException EINVAL for a path whose last component names nothing of its own
     */
    public Parent parent(String path, int mode) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        int slash = path.lastIndexOf('/', end - 1);
        String name = path.substring(slash + 1, end);
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new LinuxException("make", path, Errno.EINVAL);
        }
        return new Parent(directory(path.substring(0, slash + 1), mode), name);
    }

    /** One path, component by component: only where something of it is missing. */
    private final class Walk {

        private final String path;
        private final int mode;
        private final Deque<String> rest = new ArrayDeque<>();
        private String resolved = ""; // without links and ".."
        private Fd here = root.duplicate();
        private int links;

        Walk(String path, int mode) {
            this.path = path;
            this.mode = mode;
            push(path);
        }

        private void push(String more) {
            String[] names = more.split("/", -1);
            for (int i = names.length - 1; i >= 0; i--) {
                if (!names[i].isEmpty() && !names[i].equals(".")) {
                    rest.push(names[i]);
                }
            }
        }

        Fd toDirectory() {
            try {
                while (!rest.isEmpty()) {
                    step(rest.pop());
                }
                return here;
            } catch (LinuxException e) {
                here.close();
                throw e;
            }
        }

        Fd toFile(int fileMode) {
            try {
                while (!rest.isEmpty()) {
                    String name = rest.pop();
                    Optional<Fd> there = child(name);
                    boolean last = rest.isEmpty() && there.isEmpty() && !name.equals("..");
                    if (last) {
                        int flags = OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_NOFOLLOW;
                        enter(name, at(name, flags | OpenFlags.O_WRONLY, fileMode));
                    } else {
                        step(name, there);
                    }
                }
                return here;
            } catch (LinuxException e) {
                here.close();
                throw e;
            }
        }

        private void step(String name) {
            step(name, child(name));
        }

        private void step(String name, Optional<Fd> there) {
            if (name.equals("..")) {
                there.ifPresent(Fd::close);
                up();
                return;
            }
            Fd child = there.orElseGet(() -> made(name));
            if (child.stat().isLink()) {
                follow(child);
            } else {
                enter(name, child);
            }
        }

        private Optional<Fd> child(String name) {
            if (name.equals("..")) {
                return Optional.empty();
            }
            long result = Syscalls.get().openat(here.number(), name, HANDLE, 0);
            return result == -Errno.ENOENT.number()
                    ? Optional.empty()
                    : Optional.of(Fd.opened(result, "open", path));
        }

        private Fd made(String name) {
            long result = Syscalls.get().mkdirat(here.number(), name, mode);
            if (result != -Errno.EEXIST.number()) { // somebody else was faster
                LinuxException.check(result, "mkdir", path);
            }
            return at(name, HANDLE | OpenFlags.O_DIRECTORY, 0);
        }

        private Fd at(String name, int flags, int permissions) {
            return Fd.opened(
                    Syscalls.get()
                            .openat(here.number(), name, flags | OpenFlags.O_CLOEXEC, permissions),
                    "open",
                    path);
        }

        private void enter(String name, Fd child) {
            here.close();
            here = child;
            resolved += "/" + name;
        }

        private void up() {
            int slash = resolved.lastIndexOf('/');
            go(slash < 0 ? "" : resolved.substring(0, slash));
        }

        private void go(String directory) {
            Fd there = open(directory, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
            here.close();
            here = there;
            resolved = directory;
        }

        private void follow(Fd link) {
            String target;
            try (link;
                    Memory text = Memory.of(PATH_MAX)) {
                long length =
                        LinuxException.check(
                                Syscalls.get().readlinkat(link.number(), "", text, PATH_MAX),
                                "readlink",
                                path);
                byte[] bytes = new byte[(int) length];
                text.bytes().get(0, bytes);
                target = new String(bytes, StandardCharsets.UTF_8);
            }
            if (++links > LINKS) {
                throw new LinuxException("open", path, Errno.ELOOP);
            }
            push(target);
            if (target.startsWith("/")) {
                go("");
            }
        }
    }

    @Override
    public void close() {
        root.close();
    }
}
