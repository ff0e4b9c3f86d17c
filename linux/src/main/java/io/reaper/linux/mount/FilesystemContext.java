package io.reaper.linux.mount;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.text.Excerpt;
import java.nio.charset.StandardCharsets;

/**
 * A filesystem that is going to be mounted ({@code fsopen(2)}): options one by one, each refused
 * with the kernel's own words if it has any.
 */
public final class FilesystemContext implements AutoCloseable {

    /** The most bytes of an option's value ({@code fsconfig(2)}). */
    public static final int VALUE_LIMIT = 255;

    private static final int CLOEXEC = 1; // of fsopen and of fsmount
    private static final int SET_FLAG = 0;
    private static final int SET_STRING = 1;
    private static final int CMD_CREATE = 6;
    private static final int MESSAGE_LIMIT = 1024;
    private static final int PREFIX = 2; // "e ", "w " or "i "

    private final Syscalls syscalls;
    private final Fd fd;
    private final String type;

    private FilesystemContext(Syscalls syscalls, Fd fd, String type) {
        this.syscalls = syscalls;
        this.fd = fd;
        this.type = type;
    }

    /**
     * Begins one.
     *
     * @throws LinuxException ENODEV if the kernel knows no such filesystem
     */
    public static FilesystemContext open(Syscalls syscalls, String type) {
        long result = syscalls.fsopen(type, CLOEXEC);
        Fd fd = Fd.opened(result, "filesystem", Excerpt.quoted(type));
        return new FilesystemContext(syscalls, fd, type);
    }

    /**
     * An option with a value.
     *
     * @param value at most {@link #VALUE_LIMIT} bytes
     */
    public void set(String key, String value) {
        check(
                syscalls.fsconfig(fd.number(), SET_STRING, key, value, 0),
                "option " + Excerpt.quoted(key + "=" + value));
    }

    /** An option without a value. */
    public void flag(String key) {
        check(
                syscalls.fsconfig(fd.number(), SET_FLAG, key, null, 0),
                "option " + Excerpt.quoted(key));
    }

    /**
     * Makes the filesystem and a mount of it that is attached nowhere.
     *
     * @param attributes bits of {@link MountAttributes}
     */
    public MountTree mount(int attributes) {
        check(syscalls.fsconfig(fd.number(), CMD_CREATE, null, null, 0), "filesystem " + type);
        long result = syscalls.fsmount(fd.number(), CLOEXEC, attributes);
        check(result, "fsmount " + type);
        return new MountTree(syscalls, Fd.opened(result, "fsmount", type));
    }

    private void check(long result, String what) {
        if (result < 0) {
            String reason = messages();
            throw new LinuxException(
                    reason.isEmpty() ? what : what + ": " + reason,
                    "",
                    new Errno(Math.toIntExact(-result)));
        }
    }

    /** The errors among the lines that the kernel keeps for the context; empty without any. */
    private String messages() {
        StringBuilder found = new StringBuilder();
        try (Memory line = Memory.of(MESSAGE_LIMIT)) {
            long length = syscalls.read(fd.number(), line, MESSAGE_LIMIT);
            while (length > 0) {
                if (length > PREFIX && line.bytes().get(0) == 'e') {
                    byte[] text = new byte[(int) length - PREFIX];
                    line.bytes().get(PREFIX, text);
                    found.append(found.isEmpty() ? "" : "; ");
                    found.append(oneLine(new String(text, StandardCharsets.UTF_8)));
                }
                length = syscalls.read(fd.number(), line, MESSAGE_LIMIT);
            }
        }
        return found.toString();
    }

    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < text.strip().length(); i++) {
            char c = text.strip().charAt(i);
            line.append(Character.isISOControl(c) ? ' ' : c);
        }
        return Excerpt.of(line.toString());
    }

    @Override
    public void close() {
        fd.close();
    }
}
