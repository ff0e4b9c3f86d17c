package io.reaper.runtime.kernel.isolation;

import static io.reaper.runtime.kernel.isolation.NamespaceBundle.FILES;
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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which namespaces a container's program finds itself in, and what was set up in them. */
@Tag("kernel")
class NamespacesKernelTest {

    /** A child of a child that ends: whose it is then. */
    private static final String ORPHAN =
            "sh -c 'sleep 1000 & echo $! >/tmp/orphan'; grep PPid /proc/$(cat /tmp/orphan)/status;"
                    + " ";

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    private final Map<String, String> host = NamespaceBundle.of(ProcessHandle.current().pid());

    private NamespaceBundle bundle(String script) {
        return NamespaceBundle.of(runtime, script);
    }

    private String run(NamespaceBundle bundle) {
        return run(bundle, runtime.id() + "-run");
    }

    private String run(NamespaceBundle bundle, String id) {
        Result result = runtime.run("run", "-b", bundle.written(), id);
        assertEquals(new Result(0, result.out(), ""), result);
        return result.out();
    }

    /** A container that others join. */
    private long running() {
        String written = bundle("exec sleep 1000").written();
        runtime.ok("run", "-d", "-b", written, runtime.id());
        return runtime.state(runtime.id()).get("pid").asLong();
    }

    @Test
    @Tag("smoke")
    void eachTypeThatIsListedIsNewAndTheHostsAreAsBefore() throws IOException {
        String hostname = Files.readString(Path.of("/proc/sys/kernel/hostname"));
        String domainname = Files.readString(Path.of("/proc/sys/kernel/domainname"));
        NamespaceBundle bundle =
                bundle(
                        PRINT
                                + "hostname; cat /proc/sys/kernel/domainname; ifconfig lo; echo pid"
                                + " $$");
        bundle.config().put("hostname", "box-of-ours").put("domainname", "domain-of-ours");
        String said = run(bundle);
        Map<String, String> inside = printed(said);
        assertEquals(FILES.size(), inside.size(), said);
        inside.forEach((file, name) -> assertNotEquals(host.get(file), name, file));
        List<String> lines = said.lines().toList();
        assertTrue(lines.contains("box-of-ours"), said);
        assertTrue(lines.contains("domain-of-ours"), said);
        assertTrue(said.contains("inet addr:127.0.0.1") && said.contains("UP LOOPBACK"), said);
        assertTrue(lines.contains("pid 1"), said);
        assertEquals(hostname, Files.readString(Path.of("/proc/sys/kernel/hostname")));
        assertEquals(domainname, Files.readString(Path.of("/proc/sys/kernel/domainname")));
        assertEquals(host, NamespaceBundle.of(ProcessHandle.current().pid()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pid", "network", "ipc", "uts", "cgroup"})
    void aTypeThatIsNotListedOrLeadsToTheRuntimesOwnIsInherited(String type) {
        String file = FILES.get(type);
        String absent = run(bundle(PRINT).without(type));
        assertEquals(host.get(file), printed(absent).get(file), absent);
        String own = run(bundle(PRINT).join(type, ProcessHandle.current().pid()));
        assertEquals(host.get(file), printed(own).get(file), own);
    }

    @Test
    void theMountNamespaceOfTheRuntimeIsInheritedToo() {
        NamespaceBundle bundle = bundle(PRINT).withoutMounts("/");
        bundle.bundle().process().putArray("env").add("PATH=/usr/bin:/bin");
        String own = run(bundle.join("mount", ProcessHandle.current().pid()).without("pid"));
        assertEquals(host.get("mnt"), printed(own).get("mnt"), own);
        String absent = run(bundle.without("mount"));
        assertEquals(host.get("mnt"), printed(absent).get("mnt"), absent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pid", "network", "ipc", "uts", "cgroup"})
    void oneOfAnotherContainerIsJoinedByItsPath(String type) {
        long other = running();
        Map<String, String> theirs = NamespaceBundle.of(other);
        String said = run(bundle(PRINT).join(type, other));
        Map<String, String> inside = printed(said);
        for (String file : FILES.values()) {
            if (file.equals(FILES.get(type))) {
                assertEquals(theirs.get(file), inside.get(file), said);
            } else {
                assertNotEquals(theirs.get(file), inside.get(file), said);
            }
        }
    }

    @Test
    void thoseOfAPodAreJoinedTogether() {
        long other = running();
        Map<String, String> theirs = NamespaceBundle.of(other);
        NamespaceBundle bundle = bundle(PRINT + "ifconfig lo");
        List.of("pid", "network", "ipc", "uts").forEach(type -> bundle.join(type, other));
        String said = run(bundle);
        Map<String, String> inside = printed(said);
        List.of("pid", "net", "ipc", "uts")
                .forEach(file -> assertEquals(theirs.get(file), inside.get(file), said));
        assertNotEquals(theirs.get("mnt"), inside.get("mnt"));
    }

    @Test
    void theMountNamespaceOfAnotherContainerIsJoinedLast() throws IOException {
        // a namespace of nobody's root: what is mounted in it is not the other container's
        NamespaceBundle bundle = bundle(PRINT + "cat /marker");
        Files.writeString(bundle.rootfs().resolve("marker"), "of this image\n");
        Process holder =
                new ProcessBuilder(
                                "unshare", "-m", "-u", "--propagation", "private", "sleep", "1000")
                        .start();
        try {
            long pid = holder.pid();
            RuntimeExtension.await(
                    "namespaces of " + pid,
                    () -> !NamespaceBundle.of(pid).get("uts").equals(host.get("uts")));
            Map<String, String> theirs = NamespaceBundle.of(pid);
            String said = run(bundle.join("mount", pid).join("uts", pid));
            assertEquals(theirs.get("mnt"), printed(said).get("mnt"), said);
            assertEquals(theirs.get("uts"), printed(said).get("uts"), said);
            assertTrue(said.endsWith("of this image\n"), said);
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void aPidNamespaceIsAlsoGivenByTheFileOfItsMakersChildren() throws IOException {
        Process holder =
                new ProcessBuilder("unshare", "-p", "-f", "sh", "-c", "sleep 1000; true").start();
        try {
            String path = "/proc/" + holder.pid() + "/ns/pid_for_children";
            RuntimeExtension.await("a pid namespace", () -> !linkOf(path).equals(host.get("pid")));
            String said = run(bundle(PRINT).join("pid", path));
            assertEquals(linkOf(path), printed(said).get("pid"), said);
        } finally {
            holder.descendants().forEach(ProcessHandle::destroyForcibly);
            holder.destroyForcibly();
        }
    }

    private String linkOf(String path) {
        try {
            return Files.readSymbolicLink(Path.of(path)).toString();
        } catch (IOException e) {
            return host.get("pid"); // not there yet
        }
    }

    @Test
    void loOfAJoinedNetworkNamespaceIsLeftAsItIs() throws IOException {
        Process holder = new ProcessBuilder("unshare", "-n", "sleep", "1000").start();
        try {
            long pid = holder.pid();
            RuntimeExtension.await(
                    "a network namespace",
                    () -> !NamespaceBundle.of(pid).get("net").equals(host.get("net")));
            String said = run(bundle("ifconfig lo").join("network", pid));
            assertTrue(!said.contains("UP LOOPBACK"), said);
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void orphansGoToPid1OfANamespaceOfItsOwnAndToInitInTheHosts() {
        assertEquals("PPid:\t1\n", run(bundle(ORPHAN)));
        long other = running();
        String joined = run(bundle(ORPHAN + "echo $$").join("pid", other));
        assertEquals("PPid:\t1", joined.lines().toList().getFirst(), joined);
        assertNotEquals("1", joined.lines().toList().get(1), joined);
        String id = runtime.id() + "-host";
        List<String> inherited =
                run(bundle(ORPHAN + "echo $$").join("pid", ProcessHandle.current().pid()), id)
                        .lines()
                        .toList();
        assertEquals("PPid:\t" + inherited.get(1), inherited.get(0));
    }

    @Test
    void sysctlsAreThoseOfItsNamespacesAlone() throws IOException {
        Path forward = Path.of("/proc/sys/net/ipv4/conf/lo/forwarding");
        Path messages = Path.of("/proc/sys/kernel/msgmax");
        String before = Files.readString(forward) + Files.readString(messages);
        NamespaceBundle bundle =
                bundle(
                        "cat /proc/sys/net/ipv4/conf/lo/forwarding /proc/sys/kernel/msgmax"
                            + " /proc/sys/kernel/domainname /proc/sys/net/ipv4/ping_group_range");
        bundle.bundle()
                .linux()
                .putObject("sysctl")
                .put("net/ipv4/conf/lo/forwarding", "1")
                .put("kernel.msgmax", "12345")
                .put("kernel.domainname", "by-sysctl")
                .put("net.ipv4.ping_group_range", "0 7");
        assertEquals("1\n12345\nby-sysctl\n0\t7\n", run(bundle));
        assertEquals(before, Files.readString(forward) + Files.readString(messages));
    }

    @Test
    void personalityIsWhatUnameTells() {
        NamespaceBundle bundle = bundle("uname -m");
        bundle.bundle().linux().putObject("personality").put("domain", "LINUX32");
        String machine = run(bundle);
        assertTrue(List.of("i686\n", "armv8l\n").contains(machine), machine);
    }

    @Test
    void theWorkingDirectoryIsMadeBeforeTheRootIsReadOnly() throws IOException {
        NamespaceBundle bundle = bundle("pwd");
        Files.createSymbolicLink(bundle.rootfs().resolve("link"), Path.of("/../../made"));
        bundle.bundle().process().put("cwd", "/link/below");
        ((com.fasterxml.jackson.databind.node.ObjectNode) bundle.config().get("root"))
                .put("readonly", true);
        assertEquals("/made/below\n", run(bundle));
        assertTrue(Files.isDirectory(bundle.rootfs().resolve("made/below")));
        assertTrue(!Files.exists(Path.of("/made")));
        assertEquals("/made/below\n", run(bundle), "when it is there");
    }

    @Test
    void aDirectoryThatOnlyTheUserMayEnterIsTriedAgain() throws IOException {
        NamespaceBundle bundle = bundle("pwd");
        Path directory = Files.createDirectory(bundle.rootfs().resolve("private"));
        Files.setAttribute(directory, "unix:uid", 1234);
        Files.setPosixFilePermissions(
                directory, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        bundle.bundle().process().put("cwd", "/private").putObject("user").put("uid", 1234);
        ((com.fasterxml.jackson.databind.node.ObjectNode) bundle.bundle().process().get("user"))
                .put("gid", 1234);
        // the stage without its right to pass: as on a file system of another machine's
        List<String> weak = List.of("setpriv", "--bounding-set", "-dac_override,-dac_read_search");
        Result result = runtime.run(weak, "run", "-b", bundle.written(), runtime.id() + "-weak");
        assertEquals(new Result(0, "/private\n", ""), result);
    }

    @Test
    void homeIsThatOfTheImagesPasswordFile() throws IOException {
        NamespaceBundle bundle = bundle("echo $HOME");
        Path passwd = bundle.rootfs().resolve("etc/passwd");
        assertEquals("/\n", run(bundle));
        Files.writeString(passwd, "root:x:0:0::/of/the/image:/bin/sh\n");
        assertEquals("/of/the/image\n", run(bundle));
        Files.delete(passwd);
        new ProcessBuilder("mkfifo", passwd.toString()).inheritIO().start().onExit().join();
        assertEquals("/\n", run(bundle));
        Files.delete(passwd);
        Files.createSymbolicLink(passwd, Path.of("/proc/self/fd/0"));
        assertEquals("/\n", run(bundle));
        bundle.bundle().process().withArray("env").add("HOME=/given");
        assertEquals("/given\n", run(bundle));
    }
}
