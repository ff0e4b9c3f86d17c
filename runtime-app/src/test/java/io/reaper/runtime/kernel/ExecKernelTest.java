package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitEnd;
import static io.reaper.runtime.kernel.RuntimeExtension.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.UnixSockets;
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
import org.junit.jupiter.params.provider.CsvSource;

/** {@code exec}: its two forms, its answers, and what the program finds. */
@Tag("kernel")
class ExecKernelTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private String running() {
        return running(runtime.program("sleep", "1000"));
    }

    private String running(TestBundle bundle) {
        runtime.ok("run", "-d", "-b", bundle.write().toString(), runtime.id());
        return runtime.id();
    }

    private Result exec(String... args) {
        String[] all = new String[args.length + 1];
        all[0] = "exec";
        System.arraycopy(args, 0, all, 1, args.length);
        return runtime.run(all);
    }

    private static Result refusal(String reason) {
        return new Result(255, "", "exec failed: " + reason + "\n");
    }

    private Path processFile(ObjectNode process) throws IOException {
        return Files.writeString(runtime.work().resolve("process.json"), process.toString());
    }

    @Tag("smoke")
    @ParameterizedTest
    @CsvSource({"exit 0,0", "exit 7,7", "kill -9 $$,137", "kill -TERM $$,143"})
    void theStatusIsTheProgramsAndStreamsAreTheCallers(String script, int status) {
        String id = running();
        List<String> typing = List.of("sh", "-c", "echo typed | \"$@\"", "sh");
        Result result = runtime.run(typing, "exec", id, "sh", "-c", "cat; echo err >&2; " + script);
        assertEquals(new Result(status, "typed\n", "err\n"), result);
        assertEquals("running", runtime.status(id));
        assertEquals(List.of(), records());
    }

    private List<String> records() {
        String[] names = runtime.root().resolve(runtime.id() + "/execs").toFile().list();
        return names == null ? List.of() : List.of(names);
    }

    @Test
    void withoutOptionsItIsAsTheContainersOwnProcess() throws IOException {
        TestBundle bundle = runtime.program("sleep", "1000");
        bundle.process().put("cwd", "/usr").put("noNewPrivileges", true).put("oomScoreAdj", 700);
        bundle.process().withArray("env").add("A=1").add("B=2");
        ObjectNode user = bundle.process().putObject("user");
        user.put("uid", 1234).put("gid", 2345).put("umask", 0027).putArray("additionalGids").add(5);
        bundle.process().putObject("capabilities").putArray("bounding").add("CAP_KILL");
        bundle.process()
                .putArray("rlimits")
                .addObject()
                .put("type", "RLIMIT_NOFILE")
                .put("soft", 99)
                .put("hard", 99);
        String id = running(bundle);
        bundle.write("{}"); // the container's own copy counts
        Result result =
                exec(
                        id,
                        "sh",
                        "-c",
                        "cat /proc/self/status; env; pwd; ulimit -n; cat /proc/self/oom_score_adj");
        Map<String, String> status = ProcessStatus.fields(result.out());
        assertEquals("1234\t1234\t1234\t1234", status.get("Uid"));
        assertEquals("2345\t2345\t2345\t2345", status.get("Gid"));
        assertEquals("5", status.get("Groups"));
        assertEquals("0027", status.get("Umask"));
        assertEquals("1", status.get("NoNewPrivs"));
        assertEquals("0000000000000020", status.get("CapBnd"));
        assertTrue(result.out().contains("\nA=1\n") && result.out().contains("\nB=2\n"));
        assertTrue(result.out().endsWith("\n/usr\n99\n700\n"), result.out());
        assertFalse(result.out().contains("LEAKED"));
    }

    @Test
    void optionsChangeThat() {
        String id = running();
        Result result =
                exec(
                        "--cwd",
                        "/tmp",
                        "-e",
                        "A=1",
                        "--env",
                        "A=2",
                        "-u",
                        "7:8",
                        "-g",
                        "9",
                        "-g",
                        "10",
                        "-c",
                        "CAP_KILL",
                        "--no-new-privs",
                        id,
                        "--",
                        "sh",
                        "-c",
                        "cat /proc/self/status; pwd; echo $A $1",
                        "sh",
                        "@x",
                        "-t");
        Map<String, String> status = ProcessStatus.fields(result.out());
        assertEquals("7\t7\t7\t7", status.get("Uid"));
        assertEquals("8\t8\t8\t8", status.get("Gid"));
        assertEquals("9 10", status.get("Groups"));
        assertEquals("1", status.get("NoNewPrivs"));
        assertEquals("0000000000000020", status.get("CapBnd"));
        assertTrue(result.out().endsWith("\n/tmp\n2 @x\n"), result.out());
    }

    @Test
    void aProcessFileIsHonouredWhole() throws IOException {
        ObjectNode process = RuntimeExtension.object();
        process.put("cwd", "/usr").put("noNewPrivileges", true).put("oomScoreAdj", 600);
        process.putArray("args")
                .add("/bin/sh")
                .add("-c")
                .add(
                        "cat /proc/self/status; echo limits: $(ulimit -n) $(ulimit -Hn);"
                                + " echo io: $(ionice); echo stat: $(cat /proc/$$/stat);"
                                + " echo score: $(cat /proc/self/oom_score_adj);"
                                + " echo env: $(env | sort)");
        process.putArray("env").add("PATH=/usr/bin:/bin").add("X=y z");
        ObjectNode user = process.putObject("user");
        user.put("uid", 1000).put("gid", 1001).put("umask", 0077);
        user.putArray("additionalGids").add(3).add(4);
        for (String set : List.of("bounding", "effective", "permitted", "inheritable", "ambient")) {
            process.withObject("/capabilities").putArray(set).add("CAP_KILL");
        }
        process.putArray("rlimits")
                .addObject()
                .put("type", "RLIMIT_NOFILE")
                .put("soft", 50)
                .put("hard", 60);
        process.putObject("ioPriority").put("class", "IOPRIO_CLASS_BE").put("priority", 5);
        process.putObject("scheduler").put("policy", "SCHED_BATCH").put("nice", 6);
        Result result = exec("-p", processFile(process).toString(), running());
        assertEquals(0, result.status(), result.toString());
        Map<String, String> fields = ProcessStatus.fields(result.out());
        assertEquals("1000\t1000\t1000\t1000", fields.get("Uid"));
        assertEquals("1001\t1001\t1001\t1001", fields.get("Gid"));
        assertEquals("3 4", fields.get("Groups"));
        assertEquals("0077", fields.get("Umask"));
        assertEquals("1", fields.get("NoNewPrivs"));
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
            assertEquals("0000000000000020", fields.get(set), set);
        }
        assertEquals("50 60", fields.get("limits"));
        assertEquals("best-effort: prio 5", fields.get("io"));
        assertEquals("600", fields.get("score"));
        assertTrue(fields.get("env").contains("X=y z"), fields.get("env"));
        String[] stat = fields.get("stat").split(" ", -1);
        assertEquals(stat[0], stat[5], "leads a session of its own");
        assertEquals("6", stat[18], "nice");
        assertEquals("3", stat[40], "SCHED_BATCH");
    }

    @Test
    void whatCannotStartIs255InTheWordsCallersKnow() throws IOException {
        String id = running();
        String start = "unable to start container process: ";
        assertEquals(
                refusal(start + "exec: \"nope\": executable file not found in $PATH"),
                exec(id, "nope"));
        assertEquals(
                refusal(start + "exec: \"/nope\": stat /nope: no such file or directory"),
                exec("-d", id, "/nope"));
        assertEquals(
                refusal(
                        start
                                + "chdir to cwd (\"/nope\") set in config.json failed: no such"
                                + " file or directory"),
                exec("--cwd", "/nope", id, "true"));
        Path script = Files.writeString(runtime.work().resolve("script"), "\0\1");
        assertTrue(script.toFile().setExecutable(true));
        assertEquals(
                refusal(start + "exec " + script + ": exec format error"),
                exec(id, script.toString()));
        Path file = Files.writeString(runtime.work().resolve("broken.json"), "{\"args\": [");
        Result broken = exec("-d", "-p", file.toString(), id);
        assertEquals(255, broken.status());
        assertTrue(broken.err().startsWith("exec failed: " + file + ": line 1"), broken.err());
        assertEquals(List.of(), records());
        assertEquals(1, RuntimeExtension.json(runtime.ok("ps", "-f", "json", id)).size());
    }

    @Test
    void onlyARunningContainerTakesIt() {
        String id = runtime.id();
        assertEquals(refusal("container does not exist: " + id), exec(id, "true"));
        runtime.ok("create", "-b", runtime.program("sleep", "1000").toString(), id);
        assertEquals(refusal("container not running: " + id + " is created"), exec(id, "true"));
        long init = runtime.state(id).get("pid").asLong();
        runtime.ok("start", id);
        assertEquals(new Result(0, "", ""), exec(id, "true"));
        runtime.ok("kill", id, "KILL");
        awaitEnd(init);
        assertEquals(
                refusal(
                        "cannot exec in a stopped container: container not running: "
                                + id
                                + " is stopped"),
                exec(id, "true"));
    }

    @Test
    void aFrozenContainerTakesOneIfAsked() throws Exception {
        String id = running();
        long init = runtime.state(id).get("pid").asLong();
        try (FrozenCgroup frozen = FrozenCgroup.of(init)) {
            Process exec =
                    runtime.start(List.of(), "exec", "--ignore-paused", id, "sh", "-c", "exit 7");
            await("one more process", () -> frozen.processes() == 2);
            frozen.thaw();
            assertEquals(7, exec.waitFor());
        }
    }

    @Tag("smoke")
    @Test
    void detachedItReturnsWithThePidInTheFile() {
        String id = running();
        Path pidFile = runtime.work().resolve("pid");
        assertEquals(
                new Result(0, "", ""),
                exec("--detach", "--pid-file", pidFile.toString(), id, "sleep", "1001"));
        long pid = Long.parseLong(text(pidFile));
        Path program = Path.of("/proc/" + pid + "/cmdline"); // nobody's for a moment (execve(2))
        await(() -> "sleep: " + text(program), () -> text(program).equals("sleep\0001001\0"));
        assertTrue(runtime.ok("ps", "--format", "json", id).contains(Long.toString(pid)));
        assertEquals(1, records().size());
        runtime.ok("delete", "--force", id);
        awaitEnd(pid);
    }

    @Test
    void thePidfdIsTheProcesss() {
        String id = running();
        Path socket = runtime.work().resolve("pidfd");
        Path pidFile = runtime.work().resolve("pid");
        try (Fd listening = UnixSockets.listen(socket, 0600)) {
            assertEquals(
                    new Result(0, "", ""),
                    exec(
                            "-d",
                            "--pid-file",
                            pidFile.toString(),
                            "--pidfd-socket",
                            socket.toString(),
                            id,
                            "sleep",
                            "1000"));
            try (Fd connection = UnixSockets.accept(listening);
                    Fd pidfd = UnixSockets.receiveDescriptor(connection)) {
                assertTrue(
                        text(Path.of("/proc/self/fdinfo/" + pidfd.number()))
                                .contains("Pid:\t" + text(pidFile) + "\n"));
            }
        }
        assertEquals(
                refusal("connect " + socket + "x: no such file or directory"),
                exec("--pidfd-socket", socket + "x", id, "true"));
    }

    @Test
    void preservedDescriptorsKeepTheirNumbers() {
        String id = running();
        List<String> caller =
                List.of("sh", "-c", "exec 3</proc/version 4</etc/passwd; exec \"$@\"", "sh");
        Result result =
                runtime.run(
                        caller,
                        "exec",
                        "--preserve-fds",
                        "1",
                        id,
                        "sh",
                        "-c",
                        "cat <&3; [ -e /proc/$$/fd/4 ] && echo 4 is open; true");
        assertEquals(0, result.status(), result.toString());
        assertTrue(result.out().startsWith("Linux version"), result.out());
        assertFalse(result.out().contains("4 is open"), result.out());
        Result many = exec("--preserve-fds", "2147483647", id, "true");
        assertEquals(0, many.status(), many.toString());
    }

    @Test
    void pipesBelongToTheUser() {
        String id = running();
        List<String> piped = List.of("sh", "-c", "\"$@\" | cat", "sh");
        assertEquals(
                new Result(0, "1000\n", ""),
                runtime.run(
                        piped,
                        "exec",
                        "-u",
                        "1000",
                        id,
                        "sh",
                        "-c",
                        "stat -L -c %u /proc/self/fd/1 >/dev/stdout"));
    }

    @Test
    void signalsGoToTheProgram() throws Exception {
        String id = running();
        Path out = runtime.work().resolve("out");
        Process exec =
                runtime.start(
                        List.of(),
                        "exec",
                        id,
                        "sh",
                        "-c",
                        "trap 'echo usr1 >>"
                                + out
                                + "' USR1; trap 'exit 9' TERM; echo ready >"
                                + out
                                + "; while :; do sleep 0.02; done");
        RuntimeExtension.awaitLine(out);
        RuntimeExtension.signal("USR1", exec);
        await("the signal", () -> text(out).equals("ready\nusr1\n"));
        RuntimeExtension.signal("TERM", exec);
        assertEquals(9, exec.waitFor());
        assertEquals("running", runtime.status(id));
    }
}
