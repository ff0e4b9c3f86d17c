package io.reaper.linux.process;

import io.reaper.linux.seam.Kernels;
import io.reaper.linux.seam.Memory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Variables of this process ({@code getenv(3)}), one at a time: {@link System#getenv(String)} reads
 * them all before it answers, a fifth of what a short command does.
 */
public final class Environment {

    /** The kernel takes no longer ones ({@code execve(2)}, MAX_ARG_STRLEN). */
    private static final int LONGEST = 128 * 1024;

    private Environment() {}

    /** As {@link System#getenv(String)}: null if it is not set. */
    public static String variable(String name) {
        try (Memory asked = Memory.string(name)) {
            long address = Kernels.CURRENT.variable(asked.address());
            return address == 0 ? null : text(Kernels.CURRENT.view(address, LONGEST));
        }
    }

    /** As a program takes them ({@code environ(7)}): {@code NAME=value} each. */
    public static List<String> entries(Map<String, String> variables) {
        return variables.entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
    }

    private static String text(ByteBuffer from) {
        int length = 0;
        while (from.get(length) != 0) {
            length++;
        }
        byte[] utf8 = new byte[length];
        from.get(0, utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
