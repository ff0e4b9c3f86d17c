package io.reaper.shim.group;

import static io.reaper.linux.seam.OpenFlags.O_CREAT;
import static io.reaper.linux.seam.OpenFlags.O_NOFOLLOW;
import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_RDWR;

import io.reaper.contract.AtomicFile;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.FailureText;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.file.UnixSockets;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.error.ShimException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The socket of a group's daemon and the lock file beside it. Whoever makes or removes the socket
 * holds the lock.
 */
public final class ShimSocket {

    /** In each bundle: the socket of its daemon, as {@link #address} spells it. */
    static final String ADDRESS_FILE = "address";

    public static final Path DEFAULT_DIRECTORY = Path.of("/run/containerd/s");

    private static final String LOCK_SUFFIX = ".lock";
    private static final String SCHEME = "unix://";
    private static final int PATH_LIMIT = 106; // sun_path with its NUL, as Go counts (unix(7))
    private static final int DIRECTORY_PERMISSIONS = 0700;
    private static final int LOCK_PERMISSIONS = 0600;
    private static final int ADDRESS_PERMISSIONS = 0600;

    private final Path path;

    public ShimSocket(Path path) {
        this.path = path;
    }

    /**
     * Named like those of containerd's own shims: SHA-256 of address, namespace and group, joined
     * as by Go's filepath.Join.
     *
     * @throws ShimException INVALID_ARGUMENT if the path is too long for a socket
     */
    public static ShimSocket of(
            Path directory, String grpcAddress, String namespace, String group) {
        Path path = directory.resolve(sha256(join(grpcAddress, namespace, group)));
        if (path.toString().length() > PATH_LIMIT) {
            throw ShimException.invalid(
                    ErrorCode.E_REQUEST_INVALID,
                    "socket " + path + ": longer than " + PATH_LIMIT + " characters");
        }
        return new ShimSocket(path);
    }

    /** The one whose address was written into a bundle. */
    public static Optional<ShimSocket> ofBundle(Path bundle) {
        try {
            String address = Files.readString(bundle.resolve(ADDRESS_FILE)).strip();
            return address.startsWith(SCHEME + "/")
                    ? Optional.of(new ShimSocket(Path.of(address.substring(SCHEME.length()))))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // start did not get that far
        }
    }

    /** containerd up to 1.7 finds the socket by it after a restart, and {@code delete} does. */
    public void announceIn(Path bundle) {
        AtomicFile.write(
                bundle.resolve(ADDRESS_FILE),
                address().getBytes(StandardCharsets.UTF_8),
                ADDRESS_PERMISSIONS);
    }

    /** Cleans the joined path: no empty parts, no ".", ".." removes its parent. */
    static String join(String... parts) {
        String joined = String.join("/", Arrays.stream(parts).filter(p -> !p.isEmpty()).toList());
        boolean rooted = joined.startsWith("/");
        Deque<String> clean = new ArrayDeque<>();
        for (String part : joined.split("/", 0)) {
            boolean parent = part.equals("..");
            if (parent && !clean.isEmpty() && !clean.getLast().equals("..")) {
                clean.removeLast();
            } else if (!part.isEmpty() && !part.equals(".") && !(parent && rooted)) {
                clean.addLast(part);
            }
        }
        return (rooted ? "/" : "") + String.join("/", clean);
    }

    private static String sha256(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public Path path() {
        return path;
    }

    /** What {@code start} prints. */
    public String address() {
        return SCHEME + path;
    }

    public void makeDirectory() {
        Path directory = path.getParent();
        try {
            Files.createDirectories(directory.getParent());
            LinuxFiles.mkdir(directory, DIRECTORY_PERMISSIONS);
        } catch (LinuxException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        } catch (IOException e) {
            throw new ShimException(
                    ErrorCode.E_SYSTEM,
                    ShimException.Kind.FAILED,
                    "make " + directory + ": " + FailureText.of(e),
                    e);
        }
    }

    /** Whether a daemon listens. */
    public boolean isServed() {
        return UnixSockets.accepts(path);
    }

    /** Waits for the lock; an earlier holder may have removed the file that we waited for. */
    public Lock lock() {
        Path file = path.resolveSibling(path.getFileName() + LOCK_SUFFIX);
        while (true) {
            Fd fd = Fd.open(file, O_RDWR | O_CREAT | O_NOFOLLOW, LOCK_PERMISSIONS);
            try {
                fd.lock();
                if (fd.stat().sameFile(FileStat.ofNoFollow(file))) {
                    return new Lock(fd, file);
                }
            } catch (LinuxException e) {
                if (!e.is(Errno.ENOENT)) {
                    fd.close();
                    throw e;
                }
            }
            fd.close();
        }
    }

    /**
     * Removes, beside this socket, lock files that nobody holds and that have no socket: of {@code
     * start}s that were killed.
     */
    public void sweep() {
        try (DirectoryStream<Path> locks =
                Files.newDirectoryStream(path.getParent(), "*" + LOCK_SUFFIX)) {
            for (Path lock : locks) {
                String name = lock.getFileName().toString();
                Path socket =
                        lock.resolveSibling(
                                name.substring(0, name.length() - LOCK_SUFFIX.length()));
                if (!LinuxFiles.exists(socket)) {
                    removeIfFree(lock);
                }
            }
        } catch (IOException | DirectoryIteratorException | LinuxException e) {
            return; // they are empty files, and the next daemon tries again
        }
    }

    private static void removeIfFree(Path lock) {
        try (Fd fd = Fd.open(lock, O_RDWR | O_NOFOLLOW | O_NONBLOCK)) {
            // one that is held belongs to a start that runs
            if (fd.tryLock() && fd.stat().sameFile(FileStat.ofNoFollow(lock))) {
                LinuxFiles.unlink(lock);
            }
        }
    }

    /** The right to make and to remove the socket. */
    public final class Lock implements AutoCloseable {
        private final Fd fd;
        private final Path file;

        private Lock(Fd fd, Path file) {
            this.fd = fd;
            this.file = file;
        }

        /** Removes the socket, which nobody serves. */
        public void removeSocket() {
            remove(path);
        }

        /**
         * Removes socket and lock file, last of all: whoever waits for the lock makes a new one.
         */
        public void removeAll() {
            remove(path);
            remove(file);
        }

        private static void remove(Path file) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new ShimException(
                        ErrorCode.E_SYSTEM,
                        ShimException.Kind.FAILED,
                        "delete " + file + ": " + FailureText.of(e),
                        e);
            }
        }

        @Override
        public void close() {
            fd.close();
        }
    }
}
