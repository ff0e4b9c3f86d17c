package io.reaper.linux.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.Fd;
import io.reaper.linux.process.Child;
import io.reaper.linux.process.ExitStatus;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.SyscallFilter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Processes in a control group of the machine. */
@Tag("kernel")
class CgroupKernelTest {

    private static final List<String> ENV = List.of("PATH=/usr/bin:/bin");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @BeforeAll
    static void root() throws Exception {
        assumeTrue(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "needs root: cgroups");
    }

    @Test
    void aCgroupFindsWhoLeftItsSession() {
        killInACgroup(Cgroup::kill);
    }

    @Test
    void aCgroupIsEndedByOldKernelsToo() {
        killInACgroup(Cgroup::killEach);
    }

    private static void killInACgroup(Consumer<Cgroup> kill) {
        Path mount = Hierarchies.unifiedMount().orElse(null);
        assumeTrue(mount != null, "no cgroup2 is mounted");
        Cgroup cgroup = Cgroup.at(mount, "/reaper-test-" + ProcessHandle.current().pid() + "/leaf");
        cgroup.create();
        String script = "read go; setsid sh -c 'sleep 1000 & sleep 1000' & exit 0";
        Fd[] pipe = Fd.pipe(0);
        try (Fd in = pipe[0];
                Fd go = pipe[1];
                Fd none = Fd.open(Path.of("/dev/null"), OpenFlags.O_RDWR)) {
            Child child =
                    Spawner.spawn(
                            SpawnRequest.of(
                                    List.of("/bin/sh", "-c", script),
                                    ENV,
                                    List.of(in, none, none)));
            try (Pidfd pidfd = child.pidfd()) {
                cgroup.add(child.pid());
                go.write(new byte[] {'\n'});
                pidfd.await();
            }
            assertTrue(cgroup.isPopulated());
            assertEquals(Errno.EBUSY, assertThrows(LinuxException.class, cgroup::create).errno());
            assertFalse(cgroup.awaitEmpty(Deadline.after(Duration.ofMillis(1))));
            assertFalse(new HashSet<>(cgroup.pids()).isEmpty());
            kill.accept(cgroup);
            assertTrue(cgroup.awaitEmpty(Deadline.after(PATIENCE)));
        } finally {
            cgroup.kill();
            cgroup.awaitEmpty(Deadline.after(PATIENCE));
            cgroup.remove();
        }
        assertFalse(Files.exists(cgroup.directory().getParent()), "made for it alone");
        assertTrue(cgroup.awaitEmpty(Deadline.NONE));
        cgroup.remove();
    }

    /** By clone3(2), and by a move where a filter refuses that: as of a kernel that lacks it. */
    @Test
    void aChildLivesInItsCgroup() throws Exception {
        Path mount = Hierarchies.unifiedMount().orElse(null);
        assumeTrue(mount != null, "no cgroup2 is mounted");
        String name = "/reaper-test-born-" + ProcessHandle.current().pid();
        Cgroup cgroup = Cgroup.at(mount, name);
        cgroup.create();
        try {
            assertEquals(name, cgroupOfChild(cgroup));
            assertEquals(
                    name,
                    SyscallFilter.refusing("clone3", Errno.ENOSYS, () -> cgroupOfChild(cgroup)));
            assertEquals(
                    name,
                    SyscallFilter.refusing("clone3", Errno.EPERM, () -> cgroupOfChild(cgroup)));
            assertTrue(cgroup.awaitEmpty(Deadline.after(PATIENCE)));
        } finally {
            cgroup.remove();
        }
        LinuxException refused =
                assertThrows(LinuxException.class, () -> cgroupOfChild(cgroup), "a removed one");
        assertEquals(Errno.ENOENT, refused.errno());
    }

    private static String cgroupOfChild(Cgroup cgroup) {
        Fd[] pipe = Fd.pipe(0);
        Fd[] ready = Fd.pipe(0);
        try (Fd out = pipe[0];
                Fd into = pipe[1];
                Fd wait = ready[0];
                Fd go = ready[1]) {
            SpawnRequest request =
                    SpawnRequest.of(
                            List.of("/bin/sh", "-c", "read go; exec cat /proc/self/cgroup"),
                            ENV,
                            List.of(wait, into));
            Child child = Spawner.spawn(request.inCgroup(Optional.of(cgroup)));
            try (Pidfd pidfd = child.pidfd()) {
                go.write(new byte[] {'\n'});
                assertEquals(new ExitStatus(0, 0), pidfd.await());
            }
            byte[] said = new byte[4096];
            int length = out.read(said, 0, said.length);
            String text = new String(said, 0, length, StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> line.startsWith("0::"))
                    .map(line -> line.substring(3))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
