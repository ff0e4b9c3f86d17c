package io.reaper.linux.seam;

import static io.reaper.linux.seam.SeamChecks.SYSCALLS;
import static io.reaper.linux.seam.SeamChecks.number;
import static io.reaper.linux.seam.SeamChecks.word;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.SeamChecks.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** The lowest floor: arguments, results and memory. */
final class KernelSeamChecks {

    private static final Kernel KERNEL = Kernels.CURRENT;
    private static final int UNKNOWN = 9999;
    private static final int PAGE = 4096;
    private static final int LARGE = 3_000_000;

    /** {@code call} or {@code block}. */
    private interface Way {
        long call(long number, long a, long b, long c, long d, long e, long f);
    }

    private KernelSeamChecks() {}

    static List<Check> list() {
        return List.of(
                new Check(
                        "call of an unknown number",
                        "function not implemented",
                        () -> word(KERNEL.call(UNKNOWN, 0, 0, 0, 0, 0, 0))),
                new Check(
                        "block on an unknown number",
                        "function not implemented",
                        () -> word(KERNEL.block(UNKNOWN, 0, 0, 0, 0, 0, 0))),
                new Check("call passes six arguments", "7", () -> sixArguments(KERNEL::call)),
                new Check("block passes six arguments", "7", () -> sixArguments(KERNEL::block)),
                new Check(
                        "arguments and results have 64 bits", "ok 81985529216486895", () -> wide()),
                new Check("an address that is none", "bad address", () -> badAddress()),
                new Check("memory is zeroed", "0 of 3000000 bytes set", () -> zeroed()),
                new Check("views are direct, of their size", "true 17", () -> view()),
                new Check("numbers have native order", "true", () -> order()),
                new Check(
                        "strings are UTF-8 with NUL",
                        "6772c3b6c39f65e282acf09f988000",
                        () -> string()),
                new Check("string arrays end with null", "a+ä+ 0", () -> strings()),
                new Check("megabytes arrive", "3000000 of 3000000 bytes equal", () -> large()));
    }

    /** Maps the second page of a file: address, length, protection, flags, descriptor, offset. */
    private static String sixArguments(Way way) {
        int readable = 1;
        int shared = 1;
        try (Fd file = Fd.memory("pages")) {
            byte[] pages = new byte[2 * PAGE];
            pages[PAGE] = 7;
            file.write(pages);
            long address = way.call(number(9, 222), 0, PAGE, readable, shared, file.number(), PAGE);
            try {
                return Byte.toString(KERNEL.view(address, PAGE).get(0));
            } finally {
                KERNEL.call(number(11, 215), address, PAGE, 0, 0, 0, 0);
            }
        }
    }

    private static String wide() {
        try (Fd file = Fd.memory("wide")) {
            return word(SYSCALLS.lseek(file.number(), 0x0123_4567_89ab_cdefL, 0));
        }
    }

    private static String badAddress() {
        return word(KERNEL.call(SyscallNumber.PIPE2.on(Architecture.CURRENT), 8, 0, 0, 0, 0, 0));
    }

    private static String zeroed() {
        fill(KERNEL.allocate(LARGE));
        long address = KERNEL.allocate(LARGE);
        ByteBuffer bytes = KERNEL.view(address, LARGE);
        int set = 0;
        for (int i = 0; i < LARGE; i++) {
            set += bytes.get(i) == 0 ? 0 : 1;
        }
        KERNEL.free(address);
        return set + " of " + LARGE + " bytes set";
    }

    private static void fill(long address) {
        ByteBuffer bytes = KERNEL.view(address, LARGE);
        for (int i = 0; i < LARGE; i++) {
            bytes.put(i, (byte) i);
        }
        KERNEL.free(address);
    }

    private static String view() {
        try (Memory memory = Memory.of(17)) {
            return memory.bytes().isDirect() + " " + memory.bytes().capacity();
        }
    }

    private static String order() {
        try (Memory memory = Memory.of(8)) {
            memory.bytes().putLong(0, 1);
            boolean little = memory.bytes().get(0) == 1;
            return Boolean.toString(little == (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN));
        }
    }

    private static String string() {
        try (Memory memory = Memory.string("größe€😀")) {
            byte[] bytes = new byte[memory.bytes().capacity()];
            memory.bytes().get(0, bytes);
            return HexFormat.of().formatHex(bytes);
        }
    }

    private static String strings() {
        try (Memory memory = Memory.strings(List.of("a", "ä", ""))) {
            StringBuilder joined = new StringBuilder();
            for (int i = 0; i < 3; i++) {
                long start = memory.bytes().getLong(i * Long.BYTES) - memory.address();
                int at = Math.toIntExact(start);
                int end = at;
                while (memory.bytes().get(end) != 0) {
                    end++;
                }
                byte[] text = new byte[end - at];
                memory.bytes().get(at, text);
                joined.append(i == 0 ? "" : "+").append(new String(text, StandardCharsets.UTF_8));
            }
            return joined + " " + memory.bytes().getLong(3 * Long.BYTES);
        }
    }

    private static String large() {
        byte[] written = new byte[LARGE];
        for (int i = 0; i < LARGE; i++) {
            written[i] = (byte) ((i * 31) >> 3);
        }
        try (Fd file = Fd.memory("large")) {
            file.write(written);
            file.seek(0);
            byte[] read = file.readAll(LARGE);
            int equal = 0;
            for (int i = 0; i < read.length; i++) {
                equal += read[i] == written[i] ? 1 : 0;
            }
            return equal + " of " + read.length + " bytes equal";
        }
    }
}
