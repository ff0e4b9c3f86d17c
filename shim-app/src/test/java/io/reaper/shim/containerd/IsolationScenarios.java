package io.reaper.shim.containerd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import io.reaper.testing.Programs;
import io.reaper.testing.TerminalJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Isolated containers, beside those of host mode under the same containerd: what programs see of
 * their own pids, names, mounts and network. runc's containers are always isolated; of ours the
 * mode comes by the handler's options, or, under runc's shim, which knows none, by the environment.
 */
abstract class IsolationScenarios extends SmokeScenarios {

    private static final List<String> OWN = List.of("ipc", "mnt", "net", "pid", "uts");

    IsolationScenarios(ContainerdRelease release, Pair pair) {
        super(release, pair);
    }

    /** Words of a shell script that names the namespaces of a process, a line each. */
    private static String namespacesOf(String process) {
        return "for n in "
                + String.join(" ", OWN)
                + "; do busybox readlink /proc/"
                + process
                + "/ns/$n; done; ";
    }

    private List<String> isolated(String id, List<String> options, String... command) {
        List<String> line = new ArrayList<>(runArguments(id, options, command));
        if (pair == Pair.REAPER) {
            Path settings = file("isolated.conf", "REAPER_ISOLATION=oci\n");
            line.addAll(1, List.of("--runtime-config-path", settings.toString()));
        } else if (pair == Pair.RUNC_SHIM_WITH_REAPER_RUNTIME) {
            String call =
                    "#!/bin/sh\nREAPER_ISOLATION=oci exec " + Programs.runtime() + " \"$@\"\n";
            Path program = file("isolated-runtime", call);
            line.set(line.indexOf("--runc-binary") + 1, program.toString());
        }
        return line;
    }

    private Path file(String name, String text) {
        Path file = containerd.share().resolve(name);
        try {
            if (!Files.exists(file)) {
                Files.writeString(file, text);
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Job.Result runIsolated(String id, List<String> options, String... command) {
        return containerd
                .startCtr(containerd.namespace(), isolated(id, options, command))
                .await(PrivateContainerd.DEADLINE);
    }

    private Job.Result exec(String id, String exec, String script) {
        return ctr("task", "exec", "--exec-id", exec, id, "sh", "-c", script);
    }

    /** The namespaces of the node's first process. */
    private Set<String> ofTheNode() {
        Job.Result result =
                containerd
                        .node()
                        .start(List.of("/bin/sh", "-c", namespacesOf("self")), Map.of())
                        .await(PrivateContainerd.DEADLINE);
        return new HashSet<>(result.expect(0).stdout().lines().toList());
    }

    @Test
    void anIsolatedProgramIsAloneAndSeesItsImage() {
        String script =
                "echo pid $$; cd /proc; echo processes [0-9]*; cd /; "
                        + "echo devices $(busybox grep -c : /proc/net/dev); echo root $(echo /*); "
                        + namespacesOf("self")
                        + "exit 7";
        List<String> lines =
                runIsolated("alone", List.of("--rm"), "sh", "-c", script)
                        .expect(7)
                        .stdout()
                        .lines()
                        .toList();
        assertEquals("pid 1", lines.get(0));
        assertEquals("processes 1", lines.get(1));
        assertEquals("devices 1", lines.get(2), "lo");
        List<String> root = Arrays.asList(lines.get(3).split(" ", -1));
        assertTrue(root.containsAll(List.of("/bin", "/dev", "/proc", "/sys")), root::toString);
        assertFalse(root.contains("/home"), "the node's");
        List<String> own = lines.subList(4, lines.size());
        assertEquals(OWN.size(), own.size(), lines::toString);
        Set<String> node = ofTheNode();
        assertTrue(own.stream().noneMatch(node::contains), () -> own + " and " + node);
        assertLifeOf("alone", 7);
    }

    /** Exec joins what init has, and the end of init is everybody's. */
    @Test
    void anIsolatedTaskIsExecutedIntoKilledAndDeleted() {
        Path ready = containerd.share().resolve("isolated-ready");
        String program = "trap 'exit 43' TERM; " + touch(ready) + "while :; do sleep 0.1; done";
        runIsolated("apart", detached("--null-io"), "sh", "-c", program).expect(0);
        awaitFile(ready);
        int pid = containerd.awaitStatus(containerd.namespace(), "apart", "RUNNING").pid();
        assertNotEquals(1, pid, "as the node sees it");
        List<String> seen =
                exec("apart", "look", namespacesOf("1") + namespacesOf("self"))
                        .expect(0)
                        .stdout()
                        .lines()
                        .toList();
        assertEquals(2 * OWN.size(), seen.size(), seen::toString);
        assertEquals(seen.subList(0, OWN.size()), seen.subList(OWN.size(), seen.size()));
        assertFalse(ofTheNode().contains(seen.get(1)), seen::toString);
        exec("apart", "status", "exit 9").expect(9);
        if (pair.hasReaperRuntime()) {
            assertNotEquals(0, ctr("task", "pause", "apart").exitCode());
            containerd.awaitStatus(containerd.namespace(), "apart", "RUNNING");
        }
        Job left =
                containerd.startCtr(
                        containerd.namespace(),
                        List.of("task", "exec", "--exec-id", "left", "apart", "sleep", "1000"));
        containerd.awaitTopic("apart", "/tasks/exec-started");
        ctr("task", "kill", "-s", "TERM", "apart").expect(0);
        assertEnded("apart", 43);
        left.await(PrivateContainerd.DEADLINE);
    }

    @Test
    void itsTerminalIsOfItsOwnDevpts() {
        String script = "tty; tty </dev/console; ls /dev/pts; stty size >/dev/null; exit 6";
        List<String> line = isolated("tty", List.of("-t", "--rm"), "sh", "-c", script);
        try (TerminalJob user =
                containerd
                        .node()
                        .startOnTerminal(
                                containerd.ctrLine(containerd.namespace(), line), Map.of())) {
            String shown = user.await(PrivateContainerd.DEADLINE).expect(6).stdout();
            assertTrue(shown.startsWith("/dev/pts/0"), shown);
            assertTrue(user.isRestored(), "the user's terminal is as before");
        }
    }
}
