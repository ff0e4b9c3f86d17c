package io.reaper.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a program finds that its configuration does not say. */
@Tag("kernel")
class SurroundingsKernelTest {

    private static final String PASSWORDS =
            """
            broken
            #:x:4321:1::/comment:/bin/sh
            :::::::::
            other:x:５:1::/arabic:/bin/sh
            huge:x:99999999999999999999:1::/huge:/bin/sh
            some:x:4321:1:Some One,,,:/home/some one:/bin/sh
            again:x:4321:1::/second:/bin/sh
            relative:x:77:1::home:/bin/sh
            last:x:4294967294:1::/home/last\
            """;

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private static List<String> shell(String script) {
        return List.of("bash", "-c", script + "; exec \"$@\"", "bash");
    }

    /** In a mount namespace in which /etc/passwd is another file. */
    private static List<String> withUsers(Path file) {
        List<String> prefix = new ArrayList<>(List.of("unshare", "-m"));
        prefix.addAll(shell("mount --bind " + file + " /etc/passwd"));
        return prefix;
    }

    private Path users(String text) throws IOException {
        return Files.writeString(Files.createTempFile(runtime.work(), "passwd", ""), text);
    }

    private Result home(List<String> prefix, long uid, String... env) {
        TestBundle bundle = runtime.program("/usr/bin/env");
        bundle.process().putObject("user").put("uid", uid).put("gid", 1);
        var list = bundle.process().putArray("env");
        List.of(env).forEach(list::add);
        return runtime.run(prefix, "run", "-b", bundle.write().toString(), runtime.id());
    }

    private static Result says(String out) {
        return new Result(0, out, "");
    }

    @Test
    void homeIsTheUsersUnlessTheConfigurationSaysIt() throws Exception {
        List<String> users = withUsers(users(PASSWORDS));
        assertEquals(says("HOME=/home/some one\n"), home(users, 4321));
        assertEquals(says("HOME=/home/some one\nA=1\n"), home(users, 4321, "HOME=", "A=1"));
        assertEquals(says("HOME=/x\n"), home(users, 4321, "HOME=/x"));
        assertEquals(says("HOME=/home/last\n"), home(users, 4294967294L));
        for (long unknown : List.of(0, 1, 5, 77, 432, 43210)) {
            assertEquals(says("HOME=/\n"), home(users, unknown));
        }
    }

    /** Of executables: a JVM asks for its user's name itself, and waits for a FIFO's other side. */
    @Test
    @Tag("native")
    void aHostilePasswordFileIsNotReadForEver() throws Exception {
        Path fifo = runtime.work().resolve("fifo");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
        Path large = users("a:x:1:1::/a:/b\n");
        try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
            sparse.setLength(8L << 30);
        }
        Path endless = Path.of("/dev/zero");
        for (Path file : List.of(fifo, large, endless, users(""), users("\n".repeat(100_000)))) {
            assertEquals(says("HOME=/\n"), home(withUsers(file), 4321), file.toString());
        }
        assertEquals(says("HOME=/a\n"), home(withUsers(large), 1));
        String nul = "some:x:4321:1::/a\0b:/bin/sh\n";
        assertEquals(says("HOME=/\n"), home(withUsers(users(nul)), 4321));
        String endlessLine = "some:x:4321:1::/" + "a".repeat(2 << 20);
        assertEquals(says("HOME=/\n"), home(withUsers(users(endlessLine)), 4321));
    }

    private void running(TestBundle bundle) {
        runtime.ok("run", "-d", "-b", bundle.toString(), runtime.id());
    }

    @Test
    void execHasTheHomeOfItsUser() throws Exception {
        running(runtime.program("sleep", "1000"));
        List<String> users = withUsers(users(PASSWORDS));
        String[] exec = {"exec", "--user", "4321", runtime.id(), "sh", "-c", "echo $HOME"};
        assertEquals(says("/home/some one\n"), runtime.run(users, exec));
        exec[2] = "12";
        assertEquals(says("/\n"), runtime.run(users, exec));
    }

    private static String processors() throws IOException {
        return ProcessStatus.fields(Files.readString(Path.of("/proc/self/status")))
                .get("Cpus_allowed_list");
    }

    @Test
    void theCallersProcessorsAreNotInherited() throws Exception {
        List<String> bound = List.of("taskset", "-c", processors().split("[,-]", -1)[0]);
        Path out = runtime.work().resolve("status");
        TestBundle bundle =
                runtime.script("{ cat /proc/self/status; echo; } >" + out + "; exec sleep 1000");
        assertEquals(
                says(""), runtime.run(bound, "run", "-d", "-b", bundle.toString(), runtime.id()));
        RuntimeExtension.await("status", () -> RuntimeExtension.text(out).endsWith("\n\n"));
        assertEquals(
                processors(),
                ProcessStatus.fields(RuntimeExtension.text(out)).get("Cpus_allowed_list"));
        Result exec = runtime.run(bound, "exec", runtime.id(), "cat", "/proc/self/status");
        assertEquals(processors(), ProcessStatus.fields(exec.out()).get("Cpus_allowed_list"));
    }

    @Test
    void whatTheCallerDoesNotHoldIsLeftOut() throws Exception {
        TestBundle bundle = runtime.program("cat", "/proc/self/status");
        ObjectNode capabilities = bundle.process().putObject("capabilities");
        for (String set : List.of("bounding", "effective", "permitted", "inheritable", "ambient")) {
            capabilities.putArray(set).add("CAP_KILL").add("CAP_SYS_MODULE");
        }
        bundle.write();
        Path log = runtime.work().resolve("log");
        for (String lacked : List.of("-sys_module", "-sys_module,-setpcap")) {
            List<String> caller = List.of("setpriv", "--bounding-set=" + lacked);
            Result result =
                    runtime.run(
                            caller,
                            "--log",
                            log.toString(),
                            "run",
                            "-b",
                            bundle.toString(),
                            runtime.id());
            assertEquals(0, result.status(), result.toString());
            Map<String, String> status = ProcessStatus.fields(result.out());
            for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapAmb")) {
                assertEquals("0000000000000020", status.get(set), set);
            }
        }
        List<String> told = Files.readAllLines(log);
        assertEquals(
                2,
                told.stream()
                        .filter(line -> line.contains("the caller lacks them: CAP_SYS_MODULE"))
                        .count(),
                told.toString());
        assertEquals(
                1,
                told.stream().filter(line -> line.contains("stay in the bounding set")).count(),
                told.toString());
    }

    private static final String SERVICE =
            "export NOTIFY_SOCKET=/run/n LISTEN_FDS=2 LISTEN_FDNAMES=a:b LISTEN_PID=$$;"
                    + " exec 3</proc/version 4</proc/uptime 5</proc/loadavg 6</etc/passwd";

    private static final String TELL =
            "echo $NOTIFY_SOCKET $LISTEN_FDS $LISTEN_FDNAMES;"
                    + " [ -z \"$LISTEN_PID\" ] || [ $LISTEN_PID = $$ ] || echo pid $LISTEN_PID;"
                    + " for fd in 3 4 5 6 7 8 9 10 11 12; do [ ! -e /proc/$$/fd/$fd ] ||"
                    + " readlink /proc/$$/fd/$fd; done";

    @Test
    void aServicesSocketsReachTheProgramAsItsOwn() {
        TestBundle bundle = runtime.script(TELL);
        bundle.process().withArray("env").add("LISTEN_FDS=9").add("NOTIFY_SOCKET=/config");
        String[] run = {"run", "-b", bundle.write().toString(), runtime.id()};
        assertEquals(
                says("/run/n 2 a:b\n/proc/version\n/proc/uptime\n"),
                runtime.run(shell(SERVICE), run));
        String[] preserving = {"run", "--preserve-fds", "1", "-b", bundle.toString(), runtime.id()};
        assertEquals(
                says("/run/n 2 a:b\n/proc/version\n/proc/uptime\n/proc/loadavg\n"),
                runtime.run(shell(SERVICE), preserving));
    }

    @Test
    void anothersSocketsDoNotReachTheProgram() {
        TestBundle bundle = runtime.script(TELL);
        String[] run = {"run", "-b", bundle.write().toString(), runtime.id()};
        for (String caller :
                List.of(
                        "LISTEN_PID=$PPID",
                        "unset LISTEN_PID",
                        "LISTEN_PID=１",
                        "LISTEN_FDS=x",
                        "LISTEN_FDS=-1",
                        "LISTEN_FDS=0",
                        "LISTEN_FDS=99999999999999999999")) {
            assertEquals(
                    says("/run/n\n"), runtime.run(shell(SERVICE + "; " + caller), run), caller);
        }
        Result missing = runtime.run(shell(SERVICE + "; LISTEN_FDS=2000000000"), run);
        assertEquals(new Result(1, "", "LISTEN_FDS: descriptor 7 is not open\n"), missing);
    }

    @Test
    void execGetsNothingOfAService() {
        running(runtime.program("sleep", "1000"));
        assertEquals(
                says("\n"), runtime.run(shell(SERVICE), "exec", runtime.id(), "sh", "-c", TELL));
    }

    /** Of numbers far apart, as podman's callers have them; files of ours would be in between. */
    @Test
    void preservedDescriptorsMayLieApart() {
        TestBundle bundle = runtime.script(TELL + "; readlink /proc/$$/fd/900");
        String log = runtime.work().resolve("log").toString();
        List<String> caller =
                shell("exec 4</proc/version 7</proc/uptime 900</proc/loadavg 901</etc/passwd");
        String expected = "\n/proc/version\n/proc/uptime\n/proc/loadavg\n";
        String[] run = {
            "--log", log, "run", "--preserve-fds", "898", "-b", bundle.toString(), runtime.id()
        };
        assertEquals(says(expected), runtime.run(caller, run));
        running(runtime.program("sleep", "1000"));
        String[] exec = {
            "--log",
            log,
            "exec",
            "--preserve-fds",
            "2000000000",
            runtime.id(),
            "sh",
            "-c",
            TELL + "; readlink /proc/$$/fd/900 /proc/$$/fd/901; [ ! -e /proc/$$/fd/902 ]"
        };
        assertEquals(says(expected + "/etc/passwd\n"), runtime.run(caller, exec));
        TestBundle none = runtime.script(TELL);
        String[] nothing = {
            "--log", log, "run", "--preserve-fds", "8", "-b", none.toString(), runtime.id() + "-2"
        };
        assertEquals(says("\n"), runtime.run(List.of(), nothing));
    }

    /** A number for each of them would not fit on a child's stack. */
    @Test
    void nineThousandNumbersBelowAPreservedOne() {
        TestBundle bundle = runtime.script("readlink /proc/$$/fd/9000");
        String[] run = {"run", "--preserve-fds", "9000", "-b", bundle.toString(), runtime.id()};
        List<String> caller = shell("ulimit -Sn $(ulimit -Hn); exec 9000</proc/version");
        assertEquals(says("/proc/version\n"), runtime.run(caller, run));
    }
}
