package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitEnd;
import static io.reaper.runtime.kernel.RuntimeExtension.awaitLine;
import static io.reaper.runtime.kernel.RuntimeExtension.lives;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.cgroup.Hierarchies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Processes that left the container's session and parent, and the cgroup that finds them. */
@Tag("kernel")
class LeftoversKernelTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    /** Writes the pid of a daemon that forked twice and called setsid, then does what follows. */
    private TestBundle daemon(Path pidFile, String then) {
        return runtime.script(
                "(setsid sh -c 'sleep 1000 & echo $! >"
                        + pidFile
                        + ".new; mv "
                        + pidFile
                        + ".new "
                        + pidFile
                        + "' &) ; "
                        + then);
    }

    private long runDetached(List<String> prefix, String then) {
        Path pidFile = runtime.work().resolve("daemon");
        TestBundle bundle = daemon(pidFile, then);
        assertEquals(
                0,
                runtime.run(prefix, "run", "-d", "-b", bundle.toString(), runtime.id()).status());
        return Long.parseLong(awaitLine(pidFile).strip());
    }

    private static Path cgroup(String path) {
        Optional<Path> mount = Hierarchies.unifiedMount();
        Assumptions.assumeTrue(mount.isPresent(), "no cgroup2 mount here");
        return mount.get().resolve(path);
    }

    @Test
    void killAllReachesTheDaemonOfAStoppedContainer() {
        long daemon = runDetached(List.of(), "exit 0");
        await("the end of init", () -> runtime.status(runtime.id()).equals("stopped"));
        awaitListed("[" + daemon + "]\n");
        runtime.ok("kill", "--all", runtime.id(), "KILL");
        assertEquals("[]\n", listed(), "gone when kill returns");
        awaitEnd(daemon);
        runtime.ok("delete", runtime.id());
        assertFalse(Files.exists(cgroup("reaper/" + runtime.id())));
    }

    @Test
    void killReachesTheDaemon() {
        long daemon = runDetached(List.of(), "exec sleep 1000");
        long init = runtime.state(runtime.id()).get("pid").asLong();
        runtime.ok("kill", runtime.id(), "HUP");
        awaitEnd(init);
        assertTrue(lives(daemon), "another signal is for init alone");
        assertTrue(runtime.refused("kill", runtime.id(), "TERM").contains("not running"));
        runtime.ok("kill", runtime.id(), "KILL");
        awaitEnd(daemon);
        assertTrue(runtime.refused("kill", runtime.id(), "KILL").contains("not running"));
        runtime.ok("delete", runtime.id());
    }

    @Test
    void killOfInitReachesTheDaemon() {
        long daemon = runDetached(List.of(), "exec sleep 1000");
        long init = runtime.state(runtime.id()).get("pid").asLong();
        runtime.ok("kill", runtime.id(), "KILL");
        awaitEnd(daemon, init);
        runtime.ok("delete", runtime.id());
    }

    @Test
    void forcedDeletionReachesTheDaemonOfARunningContainer() {
        long daemon = runDetached(List.of(), "exec sleep 1000");
        long init = runtime.state(runtime.id()).get("pid").asLong();
        awaitListed("[" + Math.min(init, daemon) + "," + Math.max(init, daemon) + "]\n");
        runtime.ok("delete", "--force", runtime.id());
        awaitEnd(daemon, init);
    }

    private String listed() {
        return runtime.ok("ps", "--format", "json", runtime.id());
    }

    /** The shells that have made the daemon end after it has told its pid. */
    private void awaitListed(String pids) {
        await(() -> pids + " alone, not " + listed(), () -> listed().equals(pids));
    }

    @Test
    void otherSignalsGoToAllToo() {
        long daemon = runDetached(List.of(), "exec sleep 1000");
        long init = runtime.state(runtime.id()).get("pid").asLong();
        runtime.ok("kill", "-a", runtime.id(), "TERM");
        awaitEnd(daemon, init);
        runtime.ok("delete", runtime.id());
    }

    @Test
    void withoutACgroupTheTreeIsWalked() {
        List<String> noCgroup2 = RuntimeExtension.NO_CGROUP2;
        long daemon = runDetached(noCgroup2, "exec sleep 1000");
        long init = runtime.state(runtime.id()).get("pid").asLong();
        assertFalse(
                Hierarchies.unifiedMount()
                        .map(m -> Files.exists(m.resolve("reaper/" + runtime.id())))
                        .orElse(false));
        assertEquals(0, runtime.run(noCgroup2, "kill", "--all", runtime.id(), "KILL").status());
        assertFalse(lives(daemon) || lives(init));
        runtime.ok("delete", runtime.id());
    }

    @Test
    void withoutACgroupKillReachesTheTree() {
        long daemon = runDetached(RuntimeExtension.NO_CGROUP2, "exec sleep 1000");
        long init = runtime.state(runtime.id()).get("pid").asLong();
        assertEquals(
                0, runtime.run(RuntimeExtension.NO_CGROUP2, "kill", runtime.id(), "9").status());
        awaitEnd(daemon, init);
        runtime.ok("delete", runtime.id());
    }

    @Test
    void killThenDeleteNeedNoWaitInBetween() {
        Path out = runtime.work().resolve("out");
        TestBundle bundle =
                runtime.script(
                        "trap 'sleep 1; exit 0' TERM; echo ready >"
                                + out
                                + "; while :; do sleep 0.05; done");
        runtime.ok("run", "-d", "-b", bundle.toString(), runtime.id());
        awaitLine(out);
        runtime.ok("kill", runtime.id(), "TERM");
        runtime.ok("delete", runtime.id());
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
    }

    @Test
    void theSpecsCgroupIsUsedAndRemoved() throws IOException {
        Path group = cgroup("reaper-test-" + ProcessHandle.current().pid() + "/inner");
        TestBundle bundle = runtime.script("cat /proc/self/cgroup");
        bundle.linux().put("cgroupsPath", "/" + group.getParent().getFileName() + "/inner");
        String out = runtime.ok("run", "-b", bundle.write().toString(), runtime.id());
        assertTrue(out.contains("0::/" + group.getParent().getFileName() + "/inner\n"), out);
        assertFalse(Files.exists(group.getParent()), "made for this one alone");
        bundle.linux().put("cgroupsPath", "/a/../../b");
        assertTrue(
                runtime.refused("create", "-b", bundle.write().toString(), runtime.id())
                        .startsWith("config.json: linux.cgroupsPath: "));
    }

    @Test
    void groupsThatOthersMadeOrUseStay() throws IOException {
        Path top = cgroup("reaper-test-" + ProcessHandle.current().pid());
        TestBundle bundle = runtime.script("exec sleep 1000");
        Files.createDirectory(top);
        try {
            for (String name : List.of("a", "b")) {
                bundle.linux().put("cgroupsPath", "/" + top.getFileName() + "/pod/" + name);
                runtime.ok("run", "-d", "-b", bundle.write().toString(), runtime.id() + name);
            }
            runtime.ok("delete", "--force", runtime.id() + "a");
            assertFalse(Files.exists(top.resolve("pod/a")));
            assertTrue(Files.exists(top.resolve("pod/b")), "the pod's other one");
            runtime.ok("delete", "--force", runtime.id() + "b");
            assertFalse(Files.exists(top.resolve("pod")), "the last one of the pod");
            assertTrue(Files.exists(top), "not made by the runtime");
        } finally {
            runtime.run("delete", "--force", runtime.id() + "a");
            runtime.run("delete", "--force", runtime.id() + "b");
            Cgroup.at(top.getParent(), top.getFileName().toString()).remove();
        }
    }

    @Test
    void aPodsContainerLivesInThePodsSlice() throws IOException {
        String test = "reapertest" + ProcessHandle.current().pid();
        Path top = cgroup(test + ".slice");
        Path slice = top.resolve(test + "-pod1_2.slice");
        TestBundle bundle = runtime.script("cat /proc/self/cgroup");
        bundle.linux().put("cgroupsPath", slice.getFileName() + ":cri-containerd:" + runtime.id());
        bundle.write();
        String none = runtime.ok("run", "-b", bundle.toString(), runtime.id());
        assertTrue(none.contains("0::/reaper/" + runtime.id() + "\n"), none);
        assertFalse(Files.exists(top), "a slice is not ours to make");
        Files.createDirectories(slice);
        try {
            String path =
                    "/%s/%s/cri-containerd-%s.scope"
                            .formatted(top.getFileName(), slice.getFileName(), runtime.id());
            String out = runtime.ok("run", "-b", bundle.toString(), runtime.id());
            assertTrue(out.contains("0::" + path + "\n"), out);
            runtime.ok("create", "-b", bundle.toString(), runtime.id());
            long pid = runtime.state(runtime.id()).get("pid").asLong();
            Path group = slice.resolve(Path.of(path).getFileName());
            assertEquals(pid + "\n", Files.readString(group.resolve("cgroup.procs")));
            runtime.ok("delete", "--force", runtime.id());
            assertFalse(Files.exists(group));
            assertTrue(Files.exists(slice), "it is kubelet's");
        } finally {
            runtime.run("delete", "--force", runtime.id());
            Cgroup.at(top.getParent(), top.getFileName().toString()).remove();
        }
    }

    @Test
    void strangersInTheCgroupAreLeftAlone() throws Exception {
        Path group = cgroup("reaper-test-" + ProcessHandle.current().pid());
        Files.createDirectory(group);
        Process stranger = new ProcessBuilder("sleep", "1000").start();
        try {
            Files.writeString(group.resolve("cgroup.procs"), Long.toString(stranger.pid()));
            TestBundle bundle = runtime.script("true");
            bundle.linux().put("cgroupsPath", "/" + group.getFileName());
            String line = runtime.refused("create", "-b", bundle.write().toString(), runtime.id());
            assertTrue(line.contains(group + " (linux.cgroupsPath) holds other processes"), line);
            assertTrue(stranger.isAlive());
        } finally {
            stranger.destroyForcibly().waitFor();
            await("an empty group", () -> group.toFile().delete());
        }
    }
}
