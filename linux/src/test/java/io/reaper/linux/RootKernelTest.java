package io.reaper.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What only root may do. Credentials are a thread's own: each test that drops some has a thread for
 * it.
 */
@Tag("kernel")
class RootKernelTest {

    private static final List<String> ENV = List.of("PATH=/usr/bin:/bin");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private final Syscalls syscalls = Syscalls.get();

    @BeforeAll
    static void root() throws Exception {
        assumeTrue(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "needs root: mounts, cgroups and credentials");
    }

    private static <T> T inAThread(Callable<T> action) throws Exception {
        FutureTask<T> task = new FutureTask<>(action);
        Thread thread = Thread.ofPlatform().start(task);
        thread.join();
        return task.get();
    }

    private static Map<String, String> threadStatus() throws Exception {
        return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                .filter(line -> line.contains(":"))
                .collect(
                        Collectors.toMap(
                                line -> line.substring(0, line.indexOf(':')),
                                line -> line.substring(line.indexOf(':') + 1).strip()));
    }

    @Test
    void userAndGroupsChangeForGood() throws Exception {
        Map<String, String> status =
                inAThread(
                        () -> {
                            Credentials credentials = new Credentials(syscalls);
                            credentials.setGroups(7, 8);
                            credentials.setGid(1234);
                            credentials.setUid(-2); // 4294967294
                            assertThrows(LinuxException.class, () -> credentials.setUid(0));
                            return threadStatus();
                        });
        assertEquals("4294967294\t4294967294\t4294967294\t4294967294", status.get("Uid"));
        assertEquals("1234\t1234\t1234\t1234", status.get("Gid"));
        assertEquals("7 8", status.get("Groups"));
    }

    @Test
    void allFiveCapabilitySetsAreSet() throws Exception {
        long kill = Capability.CAP_KILL.mask();
        long chown = Capability.CAP_CHOWN.mask();
        Map<String, String> status =
                inAThread(
                        () -> {
                            Capabilities capabilities = new Capabilities(syscalls);
                            capabilities.limitBounding(kill | chown);
                            capabilities.keepOnSetUid(true);
                            new Credentials(syscalls).setUid(1234);
                            capabilities.keepOnSetUid(false);
                            capabilities.set(
                                    new Capabilities.Sets(0, kill, kill, kill | chown, kill));
                            return threadStatus();
                        });
        assertEquals("0000000000000021", status.get("CapBnd"));
        assertEquals("0000000000000021", status.get("CapPrm"));
        assertEquals("0000000000000020", status.get("CapEff"));
        assertEquals("0000000000000020", status.get("CapInh"));
        assertEquals("0000000000000020", status.get("CapAmb"));
    }

    @Test
    void whatIsNotHeldIsNamed() throws Exception {
        String message =
                inAThread(
                        () -> {
                            Capabilities capabilities = new Capabilities(syscalls);
                            capabilities.set(Capabilities.Sets.NONE);
                            long admin = Capability.CAP_SYS_ADMIN.mask();
                            Capabilities.Sets sets = new Capabilities.Sets(0, 0, 0, admin, 0);
                            return assertThrows(LinuxException.class, () -> capabilities.set(sets))
                                    .getMessage();
                        });
        assertTrue(message.contains("CAP_SYS_ADMIN"), message);
    }

    @Test
    void mountsComeAndGo(@TempDir Path directory) throws Exception {
        Path source = Files.createDirectory(directory.resolve("source"));
        Path target = Files.createDirectory(directory.resolve("target"));
        Mounts mounts = new Mounts(syscalls);
        try {
            Files.writeString(source.resolve("file"), "x");
            String s = source.toString();
            String t = target.toString();
            mounts.mount(new MountRequest("bind", s, t, List.of("rbind", "ro")));
            mounts.mount(new MountRequest("tmpfs", "tmpfs", t, List.of("size=1m", "nodev")));
            assertFalse(Files.exists(target.resolve("file")));
            mounts.unmountAll(target);
            mounts.mount(new MountRequest("bind", s, t, List.of("rbind", "ro")));
            assertEquals("x", Files.readString(target.resolve("file")));
            assertThrows(
                    Exception.class, () -> Files.writeString(target.resolve("other"), "read-only"));
        } finally {
            mounts.unmountAll(target);
        }
        mounts.unmountAll(target);
        mounts.unmountAll(directory.resolve("missing"));
        assertTrue(
                Files.readString(Path.of("/proc/self/mounts"))
                        .lines()
                        .noneMatch(l -> l.contains(target.toString())));
    }

    @Test
    void anOverlayOfVeryManyLayersFitsIntoOnePage(@TempDir Path directory) throws Exception {
        Path layers =
                Files.createDirectory(
                        directory.resolve("a-directory-with-a-very-long-name-".repeat(3)));
        List<String> lower = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Path layer = Files.createDirectories(layers.resolve(i + "/fs"));
            Files.writeString(layer.resolve("f" + i), "");
            lower.add(layer.toString());
        }
        Path target = Files.createDirectory(directory.resolve("target"));
        Mounts mounts = new Mounts(syscalls);
        try {
            String option = "lowerdir=" + String.join(":", lower);
            assertTrue(option.length() > 4096);
            mounts.mount(
                    new MountRequest("overlay", "overlay", target.toString(), List.of(option)));
            assertTrue(Files.exists(target.resolve("f0")) && Files.exists(target.resolve("f59")));
        } finally {
            mounts.unmountAll(target);
        }
    }

    @Test
    void aFailedMountNamesItsTarget(@TempDir Path directory) {
        MountRequest request =
                new MountRequest("bind", "/no/such", directory.toString(), List.of());
        String message =
                assertThrows(LinuxException.class, () -> new Mounts(syscalls).mount(request))
                        .getMessage();
        assertEquals(
                "mount bind /no/such on " + directory + ": no such file or directory", message);
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
        Path mount = Cgroup.unifiedMount().orElse(null);
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
        Path mount = Cgroup.unifiedMount().orElse(null);
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
