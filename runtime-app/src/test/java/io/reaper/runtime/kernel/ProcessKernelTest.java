package io.reaper.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a program finds when it runs: all of {@code process} of the configuration. */
@Tag("kernel")
class ProcessKernelTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private static final long CAP_CHOWN = 1;
    private static final long CAP_KILL = 1 << 5;

    private String output(TestBundle bundle) {
        return runtime.ok("run", "--bundle", bundle.write().toString(), runtime.id());
    }

    private static long mask(String hex) {
        return Long.parseUnsignedLong(hex, 16);
    }

    @Test
    void theEnvironmentIsExactlyTheSpecs() {
        TestBundle bundle = runtime.program("/usr/bin/env");
        bundle.process().putArray("env").add("A=1").add("EMPTY=").add("U=ü \"x\"").add("A=2");
        assertEquals(
                List.of("A=2", "EMPTY=", "HOME=/root", "U=ü \"x\""),
                output(bundle).lines().sorted().toList());
    }

    @Test
    void userGroupsUmaskAndDirectory() {
        TestBundle bundle =
                runtime.script(
                        "cat /proc/self/status; echo cwd: $(pwd); echo stat: $(cat /proc/$$/stat)");
        ObjectNode user = bundle.process().putObject("user");
        user.put("uid", 1234).put("gid", 2345).put("umask", 0027);
        user.putArray("additionalGids").add(5).add(77);
        bundle.process().put("cwd", "/usr");
        Map<String, String> status = ProcessStatus.fields(output(bundle));
        assertEquals("1234\t1234\t1234\t1234", status.get("Uid"));
        assertEquals("2345\t2345\t2345\t2345", status.get("Gid"));
        assertEquals("5 77", status.get("Groups"));
        assertEquals("0027", status.get("Umask"));
        assertEquals("/usr", status.get("cwd"));
        String[] stat = status.get("stat").split(" ", -1);
        assertEquals(stat[0], stat[5], "leads a session of its own");
    }

    @Test
    void rootWithoutCapabilitiesHasNoneAndNoGroups() {
        Map<String, String> status =
                ProcessStatus.fields(output(runtime.program("cat", "/proc/self/status")));
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
            assertEquals(0, mask(status.get(set)), set);
        }
        assertEquals("", status.get("Groups"));
        assertEquals("0022", status.get("Umask"));
        assertEquals("0", status.get("NoNewPrivs"));
        for (String signals : List.of("SigBlk", "SigIgn", "SigCgt")) {
            assertEquals(0, mask(status.get(signals)), signals);
        }
    }

    @Test
    void allFiveCapabilitySetsForAnOrdinaryUser() {
        TestBundle bundle = runtime.program("cat", "/proc/self/status");
        bundle.process().putObject("user").put("uid", 1000).put("gid", 1000);
        bundle.process().put("noNewPrivileges", true);
        ObjectNode capabilities = bundle.process().putObject("capabilities");
        capabilities.putArray("bounding").add("CAP_CHOWN").add("CAP_KILL").add("CAP_WHATEVER");
        for (String set : List.of("effective", "permitted", "inheritable", "ambient")) {
            capabilities.putArray(set).add("CAP_KILL");
        }
        Map<String, String> status = ProcessStatus.fields(output(bundle));
        assertEquals(CAP_CHOWN | CAP_KILL, mask(status.get("CapBnd")));
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapAmb")) {
            assertEquals(CAP_KILL, mask(status.get(set)), set);
        }
        assertEquals("1", status.get("NoNewPrivs"));
    }

    @Test
    void limitsPrioritiesAndScore() {
        TestBundle bundle =
                runtime.script(
                        "cat /proc/self/limits; echo score: $(cat /proc/self/oom_score_adj); echo"
                                + " stat: $(cat /proc/$$/stat); ionice 2>&1 | sed 's/^/io: /'");
        var limits = bundle.process().putArray("rlimits");
        limits.addObject().put("type", "RLIMIT_CORE").put("soft", 0).put("hard", 0);
        limits.addObject().put("type", "RLIMIT_NOFILE").put("soft", 100).put("hard", 200);
        limits.addObject().put("type", "RLIMIT_FSIZE").put("soft", 1 << 20).put("hard", 1 << 21);
        bundle.process().put("oomScoreAdj", 700); // raising is always allowed
        bundle.process().putObject("ioPriority").put("class", "IOPRIO_CLASS_BE").put("priority", 6);
        bundle.process().putObject("scheduler").put("policy", "SCHED_BATCH").put("nice", 7);
        String out = output(bundle);
        assertTrue(out.contains("Max open files            100                  200"), out);
        assertTrue(out.contains("Max core file size        0                    0"), out);
        assertTrue(out.contains("Max file size             1048576              2097152"), out);
        Map<String, String> fields = ProcessStatus.fields(out);
        assertEquals("700", fields.get("score"));
        assertEquals("best-effort: prio 6", fields.get("io"));
        String[] stat = fields.get("stat").split(" ", -1);
        assertEquals("7", stat[18], "nice");
        assertEquals("3", stat[40], "SCHED_BATCH");
    }

    /** The init stage itself needs more than all of these: they are set as its very last act. */
    @Test
    void tightLimitsHoldForTheProgramOnly() {
        TestBundle bundle = runtime.script("ulimit -n; ulimit -v; ulimit -d; ulimit -s; ulimit -f");
        var limits = bundle.process().putArray("rlimits");
        limits.addObject().put("type", "RLIMIT_NOFILE").put("soft", 4).put("hard", 4);
        limits.addObject().put("type", "RLIMIT_AS").put("soft", 64 << 20).put("hard", 64 << 20);
        limits.addObject().put("type", "RLIMIT_DATA").put("soft", 8 << 20).put("hard", 8 << 20);
        limits.addObject().put("type", "RLIMIT_STACK").put("soft", 1 << 20).put("hard", 1 << 20);
        limits.addObject().put("type", "RLIMIT_FSIZE").put("soft", 512).put("hard", 512);
        limits.addObject().put("type", "RLIMIT_NPROC").put("soft", 1).put("hard", 1);
        limits.addObject().put("type", "RLIMIT_CPU").put("soft", 1).put("hard", 1);
        assertEquals("4\n65536\n8192\n1024\n1\n", output(bundle));
    }

    /** Machines without CAP_SYS_RESOURCE refuse it to every runtime. */
    @Test
    void aHardLimitIsRaisedOrCreateFails() {
        TestBundle bundle = runtime.script("ulimit -Hn");
        bundle.process()
                .putArray("rlimits")
                .addObject()
                .put("type", "RLIMIT_NOFILE")
                .put("soft", 64)
                .put("hard", 1_000_000);
        Result result =
                runtime.run(
                        List.of("prlimit", "--nofile=4096:4096"),
                        "run",
                        "-b",
                        bundle.write().toString(),
                        runtime.id());
        boolean raised = result.equals(new Result(0, "1000000\n", ""));
        boolean refused =
                result.status() == 1
                        && result.err()
                                .equals(
                                        "unable to start container process: setrlimit RLIMIT_NOFILE"
                                            + " soft 4096 hard 1000000: operation not permitted\n");
        assertTrue(raised || refused, result.toString());
    }

    @Test
    void nothingOfTheCallerIsInherited() {
        TestBundle bundle =
                runtime.script(
                        "for fd in 3 4 5 6 7 8 9 11 12 13 14 15 16 17 18 19 20;"
                                + " do [ -e /proc/$$/fd/$fd ] && echo open: $fd; done;"
                                // in the shell's place: while it forks, the shell blocks all
                                + " exec grep Sig /proc/self/status");
        // the caller ignores and blocks signals and leaves descriptors open
        List<String> caller =
                List.of(
                        "sh",
                        "-c",
                        "trap '' HUP INT; exec 7</etc/passwd 9</etc/passwd; exec \"$@\"",
                        "sh");
        Result result = runtime.run(caller, "run", "-b", bundle.toString(), runtime.id());
        Map<String, String> fields = ProcessStatus.fields(result.out());
        assertFalse(fields.containsKey("open"), result.out());
        assertEquals(0, mask(fields.get("SigIgn")));
        assertEquals(0, mask(fields.get("SigBlk")));
    }

    @Test
    void preservedDescriptorsKeepTheirNumbers() {
        TestBundle bundle =
                runtime.script("cat <&3; cat <&4; [ -e /proc/$$/fd/5 ] && echo 5 is open; true");
        List<String> caller =
                List.of(
                        "sh",
                        "-c",
                        "exec 3</proc/version 4</proc/uptime 5</etc/passwd; exec \"$@\"",
                        "sh");
        Result result =
                runtime.run(
                        caller,
                        "run",
                        "--preserve-fds",
                        "2",
                        "-b",
                        bundle.toString(),
                        runtime.id());
        assertEquals(0, result.status(), result.toString());
        assertTrue(result.out().startsWith("Linux version"), result.out());
        assertFalse(result.out().contains("5 is open"), result.out());
    }

    @Test
    void standardStreamsBelongToTheUserUnlessTheyAreFiles() throws Exception {
        TestBundle bundle = runtime.script("echo x >/dev/stdout; stat -L -c %u /proc/self/fd/1");
        bundle.process().putObject("user").put("uid", 1000).put("gid", 1000);
        bundle.write();
        List<String> piped = List.of("sh", "-c", "\"$@\" | cat", "sh");
        Result result = runtime.run(piped, "run", "-b", bundle.toString(), runtime.id());
        assertEquals(new Result(0, "x\n1000\n", ""), result);
        Path log = Files.createFile(runtime.work().resolve("log"));
        TestBundle plain = runtime.script("true");
        plain.process().putObject("user").put("uid", 1000).put("gid", 1000);
        plain.write();
        List<String> toFile = List.of("sh", "-c", "\"$@\" >>" + log, "sh");
        assertEquals(
                0,
                runtime.run(toFile, "run", "-b", plain.toString(), runtime.id() + "-2").status());
        assertEquals("root", Files.getOwner(log).getName());
    }

    @Test
    void twoThousandVariablesAndLongArguments() {
        TestBundle bundle = runtime.script("env | grep -c ^V; echo ${#1}");
        bundle.process().withArray("args").add("sh").add("y".repeat(50_000));
        var env = bundle.process().withArray("env");
        IntStream.range(0, 2000).forEach(i -> env.add("V" + i + "=" + "x".repeat(900)));
        assertEquals("2000\n50000\n", output(bundle));
    }
}
