package io.reaper.runtime.kernel.isolation;

import static io.reaper.runtime.kernel.RuntimeExtension.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A create that fails leaves the host as it was, wherever it fails: one of its system calls after
 * the other is answered with an error, by {@code strace}. It counts them for each process: of what
 * both create and its stage call, the first ones fail in create. A tenth of them, or all with the
 * system property {@code reaper.test.long=true}.
 */
@Tag("kernel")
@Tag("native") // a VM calls most of these for itself
class UndoKernelTest {

    /** What the setup calls, of create and of its stage. */
    private static final List<String> CALLS =
            List.of(
                    // the stage's
                    "capset",
                    "chdir",
                    "fchdir",
                    "fsconfig",
                    "fsmount",
                    "fsopen",
                    "fstatfs",
                    "keyctl",
                    "mknodat",
                    "mount",
                    "mount_setattr",
                    "move_mount",
                    "open_tree",
                    "pivot_root",
                    "prctl",
                    "setdomainname",
                    "setgid",
                    "setgroups",
                    "sethostname",
                    "setsid",
                    "setuid",
                    "symlinkat",
                    "umount2",
                    "unshare",
                    // create's
                    "clone3",
                    "fchmod",
                    "fchmodat",
                    "flock",
                    "memfd_create",
                    "mkdir",
                    "renameat2",
                    "setns",
                    "socketpair",
                    // of both
                    "fcntl",
                    "mkdirat",
                    "openat",
                    "openat2",
                    "statx",
                    "write");

    private static final List<String> ERRORS = List.of("EIO", "EPERM", "ENOMEM");
    private static final int TENTH = 10;
    private static final String SCRIPT = "exec sleep 1000";

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    /** How a create ended that strace has watched. */
    private record Traced(Process strace, boolean created) {}

    private static boolean isLong() {
        return Boolean.getBoolean("reaper.test.long");
    }

    private ImageBundle bundle() {
        ImageBundle bundle = ImageBundle.of(runtime, SCRIPT);
        bundle.config().put("domainname", "undo");
        bundle.own("cgroup");
        bundle.mount("/made/below", "tmpfs", "tmpfs", "size=64k");
        bundle.mount("/bound", "bind", bundle.dir().toString(), "rbind", "ro");
        bundle.root().put("readonly", false);
        bundle.process().put("cwd", "/cwd/below");
        bundle.linux().withObject("/sysctl").put("net.ipv4.ip_unprivileged_port_start", "7");
        return bundle.write();
    }

    @Test
    void aCreateThatFailsAnywhereLeavesTheHostAsItWas() throws Exception {
        ImageBundle bundle = bundle();
        HostPicture before = HostPicture.of(runtime);
        List<Map.Entry<String, Integer>> points = points(bundle, before);
        int step = isLong() ? 1 : TENTH;
        int failed = 0;
        for (int i = 0; i < points.size(); i += step) {
            Map.Entry<String, Integer> point = points.get(i);
            List<String> errors = isLong() ? ERRORS : List.of(ERRORS.get(i / step % ERRORS.size()));
            for (String error : errors) {
                String inject =
                        "inject=%s:error=%s:when=%d"
                                .formatted(point.getKey(), error, point.getValue());
                if (!create(bundle, inject, before)) {
                    failed++;
                }
            }
        }
        assertTrue(failed > points.size() / step / 3, failed + " of " + points.size());
    }

    /** Each call that a good create makes, and which time; strace counts for each process. */
    private List<Map.Entry<String, Integer>> points(ImageBundle bundle, HostPicture before)
            throws Exception {
        Path log = runtime.work().resolve("good");
        Traced good = traced(bundle, log, String.join(",", CALLS));
        assertTrue(good.created(), () -> text(log));
        runtime.ok("delete", "--force", runtime.id());
        ended(good, log);
        assertEquals(before, HostPicture.of(runtime));
        Map<String, Integer> most = new TreeMap<>();
        Map<String, Integer> counts = new HashMap<>();
        for (String line : text(log).lines().toList()) { // 4711 fsopen("proc", …
            int name = line.indexOf(' ') + 1;
            int end = line.indexOf('(');
            String call = end > name ? line.substring(name, end).strip() : "";
            if (CALLS.contains(call)) {
                String pid = line.substring(0, name);
                most.merge(call, counts.merge(pid + call, 1, Integer::sum), Math::max);
            }
        }
        List<Map.Entry<String, Integer>> points = new ArrayList<>();
        most.forEach(
                (call, times) -> {
                    for (int time = 1; time <= times; time++) {
                        points.add(Map.entry(call, time));
                    }
                });
        assertTrue(most.keySet().containsAll(List.of("pivot_root", "fsmount")), most::toString);
        return points;
    }

    /** False if it failed, as it may; the host must be the same either way. */
    private boolean create(ImageBundle bundle, String inject, HostPicture before) throws Exception {
        Path log = runtime.work().resolve("injected");
        String call = inject.substring("inject=".length(), inject.indexOf(':'));
        Traced create = traced(bundle, log, call, inject);
        if (create.created()) { // passed over: then nothing is missing
            String state = runtime.ok("state", runtime.id());
            assertTrue(state.contains("\"created\""), () -> inject + ": " + state);
            runtime.ok("delete", "--force", runtime.id());
        }
        ended(create, log);
        String said = text(runtime.work().resolve("err-" + create.strace().pid()));
        assertEquals(
                create.created() ? 0 : 1, said.lines().count(), () -> inject + " said: " + said);
        assertEquals(before, HostPicture.of(runtime), () -> inject + " said: " + said);
        return create.created();
    }

    /** Returns when create has ended; its stage may be there. */
    private Traced traced(ImageBundle bundle, Path log, String calls, String... inject)
            throws Exception {
        Files.deleteIfExists(log);
        List<String> prefix = new ArrayList<>(List.of("strace", "-q", "-f", "-o", log.toString()));
        prefix.addAll(List.of("-e", "trace=execve," + calls)); // the first line is create's own
        for (String expression : inject) {
            prefix.addAll(List.of("-e", expression));
        }
        Process strace = runtime.start(prefix, "create", "-b", bundle.toString(), runtime.id());
        RuntimeExtension.await(() -> "the end of create: " + text(log), () -> !end(log).isEmpty());
        return new Traced(strace, end(log).contains("exited with 0"));
    }

    /** {@code 4711 +++ exited with 0 +++} of the first process; empty while it lives. */
    private static String end(Path log) {
        List<String> lines = text(log).lines().toList();
        if (lines.isEmpty()) {
            return "";
        }
        String first = lines.getFirst();
        String mark = first.substring(0, first.indexOf(' ') + 1);
        return lines.stream()
                .filter(line -> line.startsWith(mark) && line.contains("+++ "))
                .findFirst()
                .orElse("");
    }

    /** It ends with the last process that it watches: none is left. */
    private static void ended(Traced create, Path log) throws InterruptedException {
        boolean ended = create.strace().waitFor(1, TimeUnit.MINUTES);
        create.strace().destroyForcibly();
        assertTrue(ended, () -> "a process is left: " + text(log));
    }

    @Test
    void aWholeLifeLeavesTheHostAsItWas() {
        ImageBundle bundle = bundle();
        HostPicture before = HostPicture.of(runtime);
        runtime.ok("create", "-b", bundle.toString(), runtime.id());
        assertNotEquals(before, HostPicture.of(runtime), "the container itself is seen");
        assertEquals(before.mounts(), HostPicture.of(runtime).mounts());
        assertEquals(before.devices(), HostPicture.of(runtime).devices());
        runtime.ok("start", runtime.id());
        runtime.ok(
                "exec",
                "--cap",
                "CAP_SYS_ADMIN",
                runtime.id(),
                "mount",
                "-t",
                "tmpfs",
                "none",
                "/made");
        assertEquals(before.mounts(), HostPicture.of(runtime).mounts());
        runtime.ok("kill", runtime.id(), "KILL");
        RuntimeExtension.await("the end", () -> runtime.status(runtime.id()).equals("stopped"));
        runtime.ok("delete", runtime.id());
        assertEquals(before, HostPicture.of(runtime));
        assertFalse(before.toString().contains(runtime.id() + ","), before::toString);
    }
}
