package io.reaper.runtime.kernel.isolation;

import static io.reaper.runtime.kernel.isolation.NamespaceBundle.PRINT;
import static io.reaper.runtime.kernel.isolation.NamespaceBundle.printed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code exec} joins what a container's init has, whatever that is. */
@Tag("kernel")
class IsolatedExecKernelTest {

    private static final String BREAKOUT =
            "current working directory is outside of container mount namespace root -- possible"
                    + " container breakout detected";

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    private final Map<String, String> host = NamespaceBundle.of(ProcessHandle.current().pid());

    private NamespaceBundle bundle() {
        return NamespaceBundle.of(runtime, "exec sleep 1000");
    }

    private long running(NamespaceBundle bundle) {
        runtime.ok("run", "-d", "-b", bundle.written(), runtime.id());
        return runtime.state(runtime.id()).get("pid").asLong();
    }

    private String exec(String script) {
        Result result = runtime.run("exec", runtime.id(), "/bin/sh", "-c", script);
        assertEquals(new Result(0, result.out(), ""), result);
        return result.out();
    }

    @Test
    @Tag("smoke")
    void theProgramIsInInitsNamespacesAndHasItsPidThere() {
        long init = running(bundle());
        String said = exec(PRINT + "echo self $$; readlink /proc/1/exe; ls /bin | grep -c .");
        Map<String, String> inside = printed(said);
        assertEquals(NamespaceBundle.of(init), inside, said);
        inside.forEach((file, name) -> assertNotEquals(host.get(file), name, file));
        assertTrue(said.contains("/bin/busybox"), said);
        String pid = said.lines().filter(line -> line.startsWith("self ")).findFirst().orElse("");
        assertTrue(Integer.parseInt(pid.substring(5)) < 100, said);
        assertEquals(host, NamespaceBundle.of(ProcessHandle.current().pid()));
    }

    @Test
    void thePidFileHasThePidOfTheRuntimesNamespace() throws IOException {
        running(bundle());
        Path file = runtime.work().resolve("pid");
        runtime.ok("exec", "-d", "--pid-file", file.toString(), runtime.id(), "sleep", "1000");
        long pid = Long.parseLong(Files.readString(file));
        assertTrue(RuntimeExtension.text(Path.of("/proc/" + pid + "/cmdline")).startsWith("sleep"));
        assertTrue(runtime.ok("ps", "-f", "json", runtime.id()).contains(Long.toString(pid)));
    }

    @Test
    void whatInitHasJoinedIsJoinedAndWhatItInheritedIsLeft() {
        long other = ProcessHandle.current().pid();
        NamespaceBundle bundle = bundle().join("network", other).without("ipc").without("uts");
        long init = running(bundle);
        String said = exec(PRINT);
        assertEquals(NamespaceBundle.of(init), printed(said), said);
        assertEquals(host.get("net"), printed(said).get("net"), said);
        assertEquals(host.get("ipc"), printed(said).get("ipc"), said);
    }

    @Test
    void namespacesOfAnotherContainerAreJoinedLikewise() {
        String other = runtime.id() + "-other";
        runtime.ok("run", "-d", "-b", bundle().written(), other);
        long joined = runtime.state(other).get("pid").asLong();
        NamespaceBundle bundle = bundle();
        List.of("pid", "network", "ipc", "uts").forEach(type -> bundle.join(type, joined));
        long init = running(bundle);
        String said = exec(PRINT);
        assertEquals(NamespaceBundle.of(init), printed(said), said);
        assertEquals(
                NamespaceBundle.of(joined).get("pid"), NamespaceBundle.of(init).get("pid"), said);
    }

    @Test
    void withoutAMountNamespaceItTakesInitsRoot() throws IOException {
        NamespaceBundle bundle = bundle().withoutMounts("rootfs").without("mount");
        Files.writeString(bundle.rootfs().resolve("marker"), "of this image\n");
        running(bundle);
        assertEquals("of this image\n", exec("cat /marker"));
        assertEquals("/\n", exec("pwd"));
    }

    @Test
    void itsOrphansGoToPid1() {
        running(bundle());
        String orphan = "sh -c 'sleep 1000 & echo $! >/tmp/orphan'; grep PPid";
        assertEquals("PPid:\t1\n", exec(orphan + " /proc/$(cat /tmp/orphan)/status"));
    }

    @Test
    void inANamespaceThatIsSharedWithTheHostItsOrphansAreItsOwn() {
        running(bundle().without("pid"));
        String said =
                exec(
                        "sh -c 'sleep 1000 & echo $! >/tmp/orphan'; grep PPid"
                                + " /proc/$(cat /tmp/orphan)/status; echo $$");
        List<String> lines = said.lines().toList();
        assertEquals("PPid:\t" + lines.get(1), lines.get(0));
    }

    @Test
    void homeIsTheContainers() throws IOException {
        NamespaceBundle bundle = bundle();
        Files.writeString(
                bundle.rootfs().resolve("etc/passwd"), "someone:x:1234:5::/at/home:/bin/sh\n");
        running(bundle);
        Result result =
                runtime.run(
                        "exec", "-u", "1234:5", runtime.id(), "/bin/sh", "-c", "echo $HOME; id -u");
        assertEquals(new Result(0, "/at/home\n1234\n", ""), result);
    }

    /** CVE-2024-21626. */
    @Test
    void noDescriptorLeadsOutOfTheContainer() {
        running(bundle());
        List<String> reasons = new ArrayList<>();
        for (int number = 3; number < 13; number++) {
            String cwd = "/proc/self/fd/" + number;
            Result result = runtime.run("exec", "--cwd", cwd, runtime.id(), "/bin/pwd");
            assertEquals(255, result.status(), () -> cwd + ": " + result);
            assertEquals("", result.out());
            reasons.add(result.err());
        }
        assertTrue(reasons.stream().anyMatch(text -> text.contains(BREAKOUT)), reasons::toString);
    }

    @Test
    void noDescriptorIsTheWorkingDirectoryOfAContainer() {
        for (int number = 3; number < 8; number++) {
            NamespaceBundle bundle = bundle();
            bundle.bundle().process().put("cwd", "/proc/self/fd/" + number);
            String said = runtime.refused("create", "-b", bundle.written(), runtime.id());
            assertTrue(said.contains("cwd"), said);
        }
    }

    @Test
    void oneByOneWhereThePidfdIsNotTaken() {
        // its pid namespace is the host's: so that the stage's setns is the first of all
        long init = running(bundle().without("pid"));
        List<String> old =
                List.of(
                        "strace",
                        "-f",
                        "-qq",
                        "-o",
                        "/dev/null",
                        "-e",
                        "trace=setns",
                        "-e",
                        "inject=setns:error=EINVAL:when=1");
        Result result = runtime.run(old, "exec", runtime.id(), "/bin/sh", "-c", PRINT);
        assertEquals(0, result.status(), result::toString);
        assertEquals(NamespaceBundle.of(init), printed(result.out()));
    }

    private int records() {
        String[] names = runtime.root().resolve(runtime.id() + "/execs").toFile().list();
        return names == null ? 0 : names.length;
    }

    @Test
    void aContainerThatHasEndedOrEndsMeanwhileIsNotRunning() throws Exception {
        long init = running(bundle());
        Process exec = runtime.start(List.of(), "exec", runtime.id(), "/bin/sleep", "1000");
        RuntimeExtension.await("a process of exec", () -> !exec.isAlive() || records() > 0);
        runtime.ok("kill", runtime.id(), "KILL");
        RuntimeExtension.awaitEnd(init);
        exec.waitFor();
        String err = Files.readString(runtime.work().resolve("err-" + exec.pid()));
        // either the program ran and was killed, or it had not begun
        assertTrue(
                exec.exitValue() == 137
                        || err.equals(
                                "exec failed: cannot exec in a stopped container: container not"
                                        + " running: "
                                        + runtime.id()
                                        + " is stopped\n"),
                exec.exitValue() + ": " + err);
        Result late = runtime.run("exec", runtime.id(), "true");
        assertEquals(255, late.status());
        assertTrue(late.err().contains("container not running"), late.err());
    }
}
