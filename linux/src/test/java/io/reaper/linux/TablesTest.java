package io.reaper.linux;

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
        assertEquals(new Epoll.Layout(12, 4), Epoll.Layout.of(Architecture.X86_64));
        assertEquals(new Epoll.Layout(16, 8), Epoll.Layout.of(Architecture.AARCH64));
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

    @Test
    void signalsByNumberAndByName() {
        for (String term : List.of("15", "TERM", "SIGTERM", "term", "SigTerm")) {
            assertEquals(15, Signals.parse(term), term);
        }
        assertEquals(34, Signals.parse("RTMIN"));
        assertEquals(37, Signals.parse("SIGRTMIN+3"));
        assertEquals(63, Signals.parse("RTMAX-1"));
        assertEquals(6, Signals.parse("iot"));
        for (String wrong :
                List.of(
                        "",
                        "SIG",
                        "TERMX",
                        "65",
                        "-1",
                        "1e3",
                        "RTMIN+99",
                        "RTMIN3",
                        "RTMAX+1",
                        "9999999999",
                        "١")) {
            assertThrows(IllegalArgumentException.class, () -> Signals.parse(wrong), wrong);
        }
        for (int signal = 1; signal <= 31; signal++) {
            assertEquals(signal, Signals.parse(Signals.name(signal)));
        }
        assertTrue(Signals.terminatesByDefault(15));
        assertTrue(Signals.terminatesByDefault(40));
        assertFalse(Signals.terminatesByDefault(Signals.parse("WINCH")));
        assertFalse(Signals.terminatesByDefault(0));
    }

    @Test
    void capabilitiesByName() {
        assertEquals(1L << 21, Capability.of("CAP_SYS_ADMIN").orElseThrow().mask());
        assertEquals(1L << 40, Capability.of("cap_checkpoint_restore").orElseThrow().mask());
        assertTrue(Capability.of("SYS_ADMIN").isEmpty());
    }

    @Test
    void processNamesMayHoldParentheses() {
        String stat =
                "42 (a) b (c)) S 1 42 43 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 100 200";
        assertEquals(new ProcessInfo(42, 'S', 1, 43, 987654), ProcessInfo.parse(42, stat));
    }

    @Test
    void mountOptionsBecomeFlagsAndData() {
        Mounts.Plan plan =
                Mounts.Plan.of(
                        new MountRequest(
                                "overlay",
                                "overlay",
                                "/t",
                                List.of("ro", "nosuid", "lowerdir=/a:/b", "index=off", "rslave")));
        assertEquals(3, plan.flags());
        assertEquals("lowerdir=/a:/b,index=off", plan.data());
        assertEquals(0x84000, plan.propagation());
        assertEquals(
                0x5000,
                Mounts.Plan.of(new MountRequest("bind", "/s", "/t", List.of("rbind", "ro", "rw")))
                        .flags());
    }

    @Test
    void layersShareTheirDirectory() {
        assertEquals(
                "/v/s/", Mounts.commonDirectory(List.of("/v/s/12/fs", "/v/s/13/fs", "/v/s/1/fs")));
        assertEquals("/", Mounts.commonDirectory(List.of("/a/b", "/c")));
    }

    @Test
    void aCgroupIsNeverTheRootNorOutside() {
        java.nio.file.Path mount = java.nio.file.Path.of("/sys/fs/cgroup");
        assertEquals("/sys/fs/cgroup/a/b", Cgroup.at(mount, "/a/b").toString());
        assertEquals("/sys/fs/cgroup/a/b", Cgroup.at(mount, "a//b/").toString());
        for (String wrong : List.of("", "/", "//", ".", "..", "/..", "a/../..", "a/..", "/./")) {
            assertThrows(IllegalArgumentException.class, () -> Cgroup.at(mount, wrong), wrong);
        }
    }
}
