package io.reaper.linux.seam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Numbers, names and layouts, of both architectures. */
class TablesTest {

    @Test
    void systemCallNumbersAreDistinctOnEachArchitecture() {
        for (Architecture architecture : Architecture.values()) {
            Set<Integer> seen = new HashSet<>();
            for (SyscallNumber number : SyscallNumber.values()) {
                assertTrue(seen.add(number.on(architecture)), number + " on " + architecture);
            }
        }
    }

    @Test
    void someSystemCallNumbers() {
        assertEquals(257, SyscallNumber.OPENAT.on(Architecture.X86_64));
        assertEquals(56, SyscallNumber.OPENAT.on(Architecture.AARCH64));
        assertEquals(434, SyscallNumber.PIDFD_OPEN.on(Architecture.AARCH64));
    }

    @Test
    void layoutsThatDiffer() {
        assertEquals(new EpollLayout(12, 4), EpollLayout.of(Architecture.X86_64));
        assertEquals(new EpollLayout(16, 8), EpollLayout.of(Architecture.AARCH64));
        assertEquals(0x4000, OpenFlags.directory(Architecture.AARCH64));
        assertEquals(0x8000, OpenFlags.noFollow(Architecture.AARCH64));
        assertEquals(Architecture.AARCH64, Architecture.of("aarch64"));
        assertThrows(UnsupportedOperationException.class, () -> Architecture.of("riscv64"));
    }

    @Test
    void anOldKernelIsTold() {
        for (String old : List.of("4.19.0-26-amd64", "5.9.0", "5.4", "3.10.0-1160.el7.x86_64")) {
            assertEquals(
                    " by Linux " + old + ": Reaper needs 5.10 or newer",
                    LinuxException.missing(old));
        }
        for (String recent : List.of("5.10.0-28-amd64", "6.1", "10.0", "", "6", "unknown")) {
            assertFalse(LinuxException.missing(recent).contains("newer"), recent);
        }
    }
}
