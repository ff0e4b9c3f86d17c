package io.reaper.runtime.kernel.isolation;

import static io.reaper.runtime.kernel.RuntimeExtension.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.runtime.hooks.HookKind;
import io.reaper.runtime.kernel.RuntimeExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hooks of isolated containers: when and where they run, and what they find there. */
@Tag("kernel")
class IsolatedHooksKernelTest {

    private static final String PID = "pid=$(sed 's/.*\"pid\":\\([0-9]*\\).*/\\1/'); ";

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    private IsolatedBundle bundle;
    private Path out = Path.of("unset");

    @BeforeEach
    void prepare() throws IOException {
        out = Files.createDirectory(runtime.work().resolve("hooks"));
        bundle =
                IsolatedBundle.script(
                        runtime.work().resolve("bundle"),
                        "cat /proc/self/mountinfo >/mounts; echo done >/done; exec sleep 1000");
    }

    private void hook(HookKind kind, String script) {
        ObjectNode hook =
                bundle.config().withObject("/hooks").withArray(kind.property()).addObject();
        hook.put("path", "/bin/sh");
        hook.putArray("args").add("sh").add("-c").add(script);
        hook.putArray("env").add("PATH=/usr/sbin:/usr/bin:/sbin:/bin").add("OUT=" + out);
        bundle.write();
    }

    private static String mounts() {
        return text(Path.of("/proc/self/mountinfo"));
    }

    private String[] create() {
        return new String[] {"create", "-b", bundle.toString(), runtime.id()};
    }

    private String said(String name) {
        return text(out.resolve(name)).strip();
    }

    private static String node(String namespace) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/ns/" + namespace)).toString();
    }

    /** As hooks that bring drivers do it. */
    @ParameterizedTest
    @EnumSource(names = {"PRESTART", "CREATE_RUNTIME"})
    void thoseOfCreateFindTheMountsAndWhatTheyMountStays(HookKind kind) throws IOException {
        Files.createDirectory(bundle.inRoot("hooked"));
        hook(
                kind,
                PID
                        + "echo $pid >$OUT/pid; readlink /proc/self/ns/mnt >$OUT/mnt; pwd"
                        + " >$OUT/cwd;exec nsenter --mount=/proc/$pid/ns/mnt sh -ec 'cat"
                        + " /proc/self/mountinfo >$OUT/seen; mount -t tmpfs -o size=64k by-a-hook "
                        + bundle.inRoot("hooked")
                        + "'");
        String before = mounts();
        runtime.ok(create());
        assertEquals(runtime.state(runtime.id()).get("pid").asText(), said("pid"));
        assertEquals(node("mnt"), said("mnt"));
        assertEquals(bundle.toString(), said("cwd"));
        for (String place : List.of("", "/proc", "/dev", "/dev/pts", "/sys")) {
            String mounted = " " + bundle.dir().resolve("rootfs") + place + " ";
            assertTrue(said("seen").contains(mounted), () -> mounted + "\n" + said("seen"));
        }
        runtime.ok("start", runtime.id());
        RuntimeExtension.awaitLine(bundle.inRoot("done"));
        String seen = text(bundle.inRoot("mounts"));
        assertTrue(seen.contains(" /hooked rw,"), seen);
        assertTrue(seen.contains("by-a-hook"), seen);
        assertEquals(before, mounts());
    }

    /** REAPER_HOST_HOOKS is about the node's own network. */
    @Test
    void aNetworkHookEntersTheContainersNetwork() throws IOException {
        hook(
                HookKind.CREATE_RUNTIME,
                PID
                        + "readlink /proc/$pid/ns/net >$OUT/net;"
                        + " nsenter --net=/proc/$pid/ns/net cat /proc/self/net/dev >$OUT/dev");
        runtime.ok(create());
        assertNotEquals(node("net"), said("net"));
        assertEquals(3, said("dev").lines().count(), said("dev")); // two of a title, and lo
    }

    @Test
    void startContainerRunsInsideAndTheLateOnesOutside() throws IOException {
        String look = "readlink /proc/self/ns/mnt >%1$s/mnt; readlink /proc/self/ns/pid >%1$s/pid;";
        hook(HookKind.START_CONTAINER, "cat >/state; hostname >/name; " + look.formatted("/seen"));
        Files.createDirectory(bundle.inRoot("seen"));
        for (HookKind kind : List.of(HookKind.POSTSTART, HookKind.POSTSTOP)) {
            Files.createDirectory(out.resolve(kind.property()));
            hook(kind, look.formatted("$OUT/" + kind.property()) + " cat >$OUT/state");
        }
        runtime.ok(create());
        String pid = runtime.state(runtime.id()).get("pid").asText();
        runtime.ok("start", runtime.id());
        RuntimeExtension.awaitLine(bundle.inRoot("done"));
        assertEquals("reaper\n", text(bundle.inRoot("name")));
        JsonNode state = RuntimeExtension.json(text(bundle.inRoot("state")));
        assertEquals(pid, state.get("pid").asText(), "the runtime's namespace's");
        assertEquals("created", state.get("status").asText());
        for (String type : List.of("mnt", "pid")) {
            String init = Files.readSymbolicLink(Path.of("/proc", pid, "ns", type)).toString();
            assertEquals(init, text(bundle.inRoot("seen/" + type)).strip());
            assertEquals(node(type), said("poststart/" + type));
        }
        assertEquals(pid, RuntimeExtension.json(said("state")).get("pid").asText());
        runtime.ok("delete", "--force", runtime.id());
        for (String type : List.of("mnt", "pid")) {
            assertEquals(node(type), said("poststop/" + type));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PRESTART", "CREATE_RUNTIME"})
    void oneThatFailsUndoesAll(HookKind kind) {
        hook(kind, PID + "echo $pid >$OUT/pid; echo trouble >&2; exit 3");
        hook(HookKind.POSTSTOP, "echo >$OUT/poststop");
        String before = mounts();
        assertEquals(
                "unable to start container process: error running "
                        + kind.property()
                        + " hook #0 (/bin/sh): exit status 3, stderr: trouble",
                runtime.refused(create()));
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
        assertFalse(RuntimeExtension.lives(Long.parseLong(said("pid"))));
        assertTrue(Files.exists(out.resolve("poststop")));
        assertEquals(before, mounts());
    }

    /** What cannot be mounted fails create before any hook is run. */
    @Test
    void noneRunsWithoutTheMounts() {
        bundle.mounts().addObject().put("destination", "/x").put("type", "no-such-fs");
        hook(HookKind.CREATE_RUNTIME, "echo >$OUT/hook");
        String line = runtime.refused(create());
        assertTrue(line.contains("mounts[6]"), line);
        assertFalse(Files.exists(out.resolve("hook")));
    }
}
