package io.reaper.linux.credential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Credentials are a thread's own: each test that drops some has a thread for it. */
@Tag("kernel")
class CredentialKernelTest {

    private final Syscalls syscalls = Syscalls.get();

    @BeforeAll
    static void root() throws Exception {
        assumeTrue(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "needs root: credentials");
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
        Optional<String> unheld =
                inAThread(
                        () -> {
                            Capabilities capabilities = new Capabilities(syscalls);
                            capabilities.set(Capabilities.Sets.NONE);
                            long admin = Capability.CAP_SYS_ADMIN.mask();
                            return capabilities
                                    .set(new Capabilities.Sets(0, 0, 0, admin, 0))
                                    .unheld();
                        });
        assertEquals(Optional.of("CAP_SYS_ADMIN"), unheld);
    }
}
