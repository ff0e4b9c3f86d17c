package io.reaper.runtime.mount;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies what a directory holds into another one: kinds, contents, modes, owners, times of change
 * and extended attributes. Each file is opened below the descriptor of its directory and no link is
 * followed, so that nothing outside is read or written, whoever changes names meanwhile.
 */
final class CopyUp {

    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int ENTRIES_SIZE = 32 * 1024;
    private static final int CHUNK = 128 * 1024;
    private static final int PATH_MAX = 4096;
    private static final int RECORD_LENGTH = 16;
    private static final int NAME = 19;
    private static final int OWNER_ONLY = 0600;
    private static final int OWNER_DIRECTORY = 0700;
    private static final int DIRECTORY =
            OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
    private static final int READ =
            OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC;
    private static final int MAKE =
            OpenFlags.O_WRONLY
                    | OpenFlags.O_CREAT
                    | OpenFlags.O_EXCL
                    | OpenFlags.O_NOFOLLOW
                    | OpenFlags.O_CLOEXEC;

    private final Syscalls syscalls;

    CopyUp(Syscalls syscalls) {
        this.syscalls = syscalls;
    }

    /**
     * Copies the content, not the directory itself.
     *
     * @param from a directory; {@code O_PATH} is enough, as of {@code to}
     * @throws LinuxException naming the file; ENOSPC if the new filesystem is too small
     */
    void copy(Fd from, Fd to) {
        int umask = (int) syscalls.umask(0);
        try (Fd readable = open(from, ".", DIRECTORY, 0)) {
            content(readable, to);
        } finally {
            syscalls.umask(umask);
        }
    }

    private void content(Fd from, Fd to) {
        for (String name : names(from)) {
            FileCopy file = FileCopy.of(syscalls, from, name);
            switch (file.kind()) {
                case FileCopy.S_IFDIR -> directory(from, to, name);
                case FileCopy.S_IFREG -> regular(from, to, name);
                case FileCopy.S_IFLNK -> link(from, to, name, file);
                default -> node(to, name, file);
            }
        }
    }

    private List<String> names(Fd directory) {
        List<String> names = new ArrayList<>();
        try (Memory entries = Memory.of(ENTRIES_SIZE)) {
            long length = read(directory, entries);
            while (length > 0) {
                for (int at = 0; at < length; ) {
                    String name = name(entries.bytes(), at + NAME);
                    if (!name.equals(".") && !name.equals("..")) {
                        names.add(name);
                    }
                    at += Short.toUnsignedInt(entries.bytes().getShort(at + RECORD_LENGTH));
                }
                length = read(directory, entries);
            }
        }
        return names;
    }

    private long read(Fd directory, Memory entries) {
        return LinuxException.check(
                syscalls.getdents64(directory.number(), entries, ENTRIES_SIZE),
                "tmpcopyup: read",
                directory);
    }

    private static String name(ByteBuffer bytes, int start) {
        int end = start;
        while (bytes.get(end) != 0) {
            end++;
        }
        byte[] utf8 = new byte[end - start];
        bytes.get(start, utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private void directory(Fd from, Fd to, String name) {
        try (Fd source = open(from, name, DIRECTORY, 0)) {
            check(syscalls.mkdirat(to.number(), name, OWNER_DIRECTORY), "mkdir", name);
            try (Fd made = open(to, name, DIRECTORY, 0)) {
                content(source, made);
                FileCopy.of(syscalls, source, "").describe(source, made, name);
            }
        }
    }

    private void regular(Fd from, Fd to, String name) {
        try (Fd source = open(from, name, READ, 0);
                Fd made = open(to, name, MAKE, OWNER_ONLY);
                Memory buffer = Memory.of(CHUNK)) {
            long length = check(syscalls.read(source.number(), buffer, CHUNK), "read", name);
            while (length > 0) {
                int written = 0;
                while (written < length) {
                    int rest = (int) length - written;
                    long result = syscalls.write(made.number(), buffer, written, rest);
                    written += (int) check(result, "write", name);
                }
                length = check(syscalls.read(source.number(), buffer, CHUNK), "read", name);
            }
            FileCopy.of(syscalls, source, "").describe(source, made, name);
        }
    }

    private void link(Fd from, Fd to, String name, FileCopy file) {
        try (Memory target = Memory.of(PATH_MAX)) {
            long length =
                    check(
                            syscalls.readlinkat(from.number(), name, target, PATH_MAX),
                            "readlink",
                            name);
            byte[] utf8 = new byte[(int) length];
            target.bytes().get(0, utf8);
            String text = new String(utf8, StandardCharsets.UTF_8);
            check(syscalls.symlinkat(text, to.number(), name), "symlink", name);
        }
        nameless(to, name, file);
    }

    private void node(Fd to, String name, FileCopy file) {
        check(syscalls.mknodat(to.number(), name, file.mode(), file.device()), "mknod", name);
        nameless(to, name, file);
    }

    /** What need not be opened. */
    private void nameless(Fd to, String name, FileCopy file) {
        check(
                syscalls.fchownat(to.number(), name, file.uid(), file.gid(), AT_SYMLINK_NOFOLLOW),
                "chown",
                name);
        file.times(to.number(), name, AT_SYMLINK_NOFOLLOW);
    }

    private Fd open(Fd directory, String name, int flags, int mode) {
        long result;
        do {
            result = syscalls.openat(directory.number(), name, flags, mode);
        } while (result == -Errno.EINTR.number());
        return Fd.opened(result, "tmpcopyup: open", name);
    }

    private static long check(long result, String call, String name) {
        return LinuxException.check(result, "tmpcopyup: " + call, name);
    }
}
