package io.reaper.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A program whose first thread ends at once while a second one waits for ever, so that {@code
 * /proc/PID/stat} says Z of it: an executable of one page ({@code elf(5)}), made without a
 * compiler.
 */
public final class FirstThreadEnds {
    private static final long ADDRESS = 0x400000;
    private static final int HEADERS = 64 + 56;
    private static final short EXECUTABLE = 2;
    private static final int LOAD = 1;
    private static final int READ_EXECUTE = 5;

    /**
     * {@code clone(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD)}, then exit(0), or pause() for ever.
     */
    private static final int[] X86_64 = {
        0xb8,
        56,
        0,
        0,
        0, // mov eax, clone
        0xbf,
        0x00,
        0x09,
        0x01,
        0x00, // mov edi, flags
        0x31,
        0xf6, // xor esi, esi
        0x31,
        0xd2, // xor edx, edx
        0x4d,
        0x31,
        0xd2, // xor r10, r10
        0x4d,
        0x31,
        0xc0, // xor r8, r8
        0x0f,
        0x05, // syscall
        0x85,
        0xc0, // test eax, eax
        0x74,
        9, // jz second
        0xb8,
        60,
        0,
        0,
        0, // mov eax, exit
        0x31,
        0xff, // xor edi, edi
        0x0f,
        0x05, // syscall
        0xb8,
        34,
        0,
        0,
        0, // second: mov eax, pause
        0x0f,
        0x05, // syscall
        0xeb,
        0xf7 // jmp second
    };

    /** The same; there is no pause(), but ppoll() of nothing. */
    private static final int[] AARCH64 = {
        0xd2812000, // mov x0, 0x900
        0xf2a00020, // movk x0, 1, lsl 16
        0xd2800001, // mov x1, 0
        0xd2800002, // mov x2, 0
        0xd2800003, // mov x3, 0
        0xd2800004, // mov x4, 0
        0xd2801b88, // mov x8, clone (220)
        0xd4000001, // svc 0
        0xb4000080, // cbz x0, second
        0xd2800000, // mov x0, 0
        0xd2800ba8, // mov x8, exit (93)
        0xd4000001, // svc 0
        0xd2800000, // second: mov x0, 0
        0xd2800001, // mov x1, 0
        0xd2800928, // mov x8, ppoll (73)
        0xd4000001, // svc 0
        0x17fffffc // b second
    };

    private FirstThreadEnds() {}

    /** Writes the program for this machine. */
    public static Path write(Path file) {
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        int[] code = arm ? AARCH64 : X86_64;
        int size = HEADERS + code.length * (arm ? Integer.BYTES : 1);
        ByteBuffer elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
        elf.putShort(EXECUTABLE).putShort((short) (arm ? 183 : 62)).putInt(1);
        elf.putLong(ADDRESS + HEADERS).putLong(64).putLong(0).putInt(0);
        elf.putShort((short) 64).putShort((short) 56).putShort((short) 1);
        elf.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        elf.putInt(LOAD).putInt(READ_EXECUTE).putLong(0).putLong(ADDRESS).putLong(ADDRESS);
        elf.putLong(size).putLong(size).putLong(0x10000);
        for (int part : code) {
            if (arm) {
                elf.putInt(part);
            } else {
                elf.put((byte) part);
            }
        }
        try {
            Files.write(file, elf.array());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }
}
