package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static io.reaper.runtime.kernel.RuntimeExtension.lives;
import static io.reaper.runtime.kernel.RuntimeExtension.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.runtime.hooks.HookKind;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hooks as runtime-spec 1.3.0 orders them, and what becomes of a container whose hook fails. */
@Tag("kernel")
class HooksKernelTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private Path out = Path.of("unset");
    private TestBundle bundle;

    @BeforeEach
    void prepare() throws IOException {
        out = Files.createDirectory(runtime.work().resolve("hooks"));
        bundle = runtime.script("echo program >>" + out + "/order; exec sleep 1000");
    }

    private void hook(HookKind kind, String script, int... timeout) {
        ObjectNode hook =
                bundle.config().withObject("/hooks").withArray(kind.property()).addObject();
        hook.put("path", "/bin/sh");
        hook.putArray("args").add("sh").add("-c").add(script);
        hook.putArray("env").add("PATH=/usr/bin:/bin").add("OUT=" + out);
        if (timeout.length > 0) {
            hook.put("timeout", timeout[0]);
        }
        bundle.write();
    }

    /** Notes its kind, its directory and its pid's session, and keeps the state it got. */
    private void everyKindNotes() {
        for (HookKind kind : HookKind.values()) {
            String name = kind.property();
            hook(
                    kind,
                    "echo %1$s >>$OUT/order; cat >$OUT/%1$s; pwd >$OUT/%1$s.cwd; id -u >$OUT/%1$s.uid"
                            .formatted(name));
        }
    }

    private List<String> order() throws IOException {
        return Files.readAllLines(out.resolve("order"));
    }

    private boolean isLeft() {
        return Files.exists(runtime.root().resolve(runtime.id()));
    }

    private String[] create() {
        return new String[] {"create", "-b", bundle.toString(), runtime.id()};
    }

    @Test
    void theirOrderAndStateAreTheSpecifications() throws IOException {
        Files.setPosixFilePermissions(out, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(runtime.work(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createFile(out.resolve("order"));
        Files.setPosixFilePermissions(
                out.resolve("order"), PosixFilePermissions.fromString("rw-rw-rw-"));
        bundle.config().putObject("annotations").put("key", "\"value\" ü");
        bundle.process().putObject("user").put("uid", 1000).put("gid", 1000);
        bundle.process().put("cwd", "/tmp");
        everyKindNotes();
        runtime.ok(create());
        assertEquals(List.of("prestart", "createRuntime", "createContainer"), order());
        JsonNode state = runtime.state(runtime.id());
        // what the bundle says by now does not count
        Files.writeString(bundle.dir().resolve("config.json"), "{}");
        runtime.ok("start", runtime.id());
        await("the program", () -> text(out.resolve("order")).contains("program"));
        assertEquals("startContainer", order().get(3));
        assertEquals(
                List.of("poststart", "program"), order().subList(4, 6).stream().sorted().toList());
        runtime.ok("delete", "--force", runtime.id());
        assertEquals("poststop", order().getLast());
        assertEquals(7, order().size());
        for (HookKind kind : HookKind.values()) {
            isTheStateOf(kind, state);
        }
    }

    private void isTheStateOf(HookKind kind, JsonNode created) {
        Path file = out.resolve(kind.property());
        JsonNode state = RuntimeExtension.json(text(file));
        String status =
                switch (kind) {
                    case PRESTART, CREATE_RUNTIME, CREATE_CONTAINER -> "creating";
                    case START_CONTAINER -> "created";
                    case POSTSTART -> "running";
                    case POSTSTOP -> "stopped";
                };
        assertEquals(status, state.get("status").asText(), file::toString);
        for (String same : List.of("ociVersion", "id", "bundle", "annotations")) {
            assertEquals(created.get(same), state.get(same), file::toString);
        }
        boolean init = kind == HookKind.START_CONTAINER; // it runs these itself, as what it is
        if (kind == HookKind.POSTSTOP) {
            assertFalse(state.has("pid"));
        } else {
            assertEquals(created.get("pid"), state.get("pid"), file::toString);
        }
        assertEquals(init ? "/tmp\n" : bundle + "\n", text(Path.of(file + ".cwd")));
        assertEquals(init ? "1000\n" : "0\n", text(Path.of(file + ".uid")));
    }

    @ParameterizedTest
    @EnumSource(names = {"PRESTART", "CREATE_RUNTIME", "CREATE_CONTAINER"})
    void aFailingOneOfCreateUndoesTheContainer(HookKind kind) throws IOException {
        hook(kind, "cat >$OUT/state; echo trouble >&2; exit 3");
        hook(kind, "echo >$OUT/second");
        hook(HookKind.POSTSTOP, "cat >$OUT/poststop");
        assertEquals(
                "unable to start container process: error running %s hook #0 (/bin/sh): exit status"
                                .formatted(kind.property())
                        + " 3, stderr: trouble",
                runtime.refused(create()));
        assertFalse(isLeft());
        assertFalse(Files.exists(out.resolve("second")));
        int pid = RuntimeExtension.json(text(out.resolve("state"))).get("pid").asInt();
        assertFalse(lives(pid));
        JsonNode last = RuntimeExtension.json(text(out.resolve("poststop")));
        assertEquals("stopped", last.get("status").asText());
    }

    @Test
    void aFailingStartContainerHookFailsStartWithoutTheProgram() {
        hook(HookKind.START_CONTAINER, "echo >$OUT/first; echo trouble >&2; exit 4");
        hook(HookKind.POSTSTART, "echo >$OUT/poststart");
        hook(HookKind.POSTSTOP, "echo >$OUT/poststop");
        runtime.ok(create());
        assertFalse(Files.exists(out.resolve("first")));
        assertEquals(
                "unable to start container process: error running startContainer hook #0 (/bin/sh):"
                        + " exit status 4, stderr: trouble",
                runtime.refused("start", runtime.id()));
        await("the end", () -> runtime.status(runtime.id()).equals("stopped"));
        runtime.ok("delete", runtime.id());
        assertFalse(Files.exists(out.resolve("order")), "the program has not run");
        assertFalse(Files.exists(out.resolve("poststart")));
        assertTrue(Files.exists(out.resolve("poststop")));
    }

    @Test
    void failuresAfterTheProgramsStartAndAfterItsEndAreWarnings() throws IOException {
        hook(HookKind.POSTSTART, "echo one >&2; exit 1");
        hook(HookKind.POSTSTART, "echo >$OUT/poststart");
        hook(HookKind.POSTSTOP, "exit 2");
        hook(HookKind.POSTSTOP, "echo >$OUT/poststop");
        Path log = runtime.work().resolve("log");
        runtime.ok(create());
        runtime.ok("--log", log.toString(), "start", runtime.id());
        assertTrue(
                text(log)
                        .contains(
                                "level=warning msg=\"error running poststart hook #0 (/bin/sh):"
                                        + " exit status 1, stderr: one\""),
                text(log));
        assertEquals("running", runtime.status(runtime.id()));
        runtime.ok("--log", log.toString(), "delete", "--force", runtime.id());
        assertTrue(text(log).contains("poststop hook #0 (/bin/sh): exit status 2"), text(log));
        assertTrue(Files.exists(out.resolve("poststart")));
        assertTrue(Files.exists(out.resolve("poststop")));
        assertFalse(isLeft());
    }

    @ParameterizedTest
    @EnumSource
    void oneThatHangsIsKilledWithItsChildren(HookKind kind) throws IOException {
        String mark = "1000.%d".formatted(System.nanoTime());
        hook(kind, "sleep " + mark + " & wait", 1);
        Path log = runtime.work().resolve("log");
        String[] run = {
            "--log", log.toString(), "run", "-d", "-b", bundle.toString(), runtime.id()
        };
        Result result = runtime.run(run);
        boolean fails = kind.compareTo(HookKind.POSTSTART) < 0;
        assertEquals(fails ? 1 : 0, result.status(), result.err());
        if (!fails) {
            runtime.ok("--log", log.toString(), "delete", "-f", runtime.id());
        }
        assertFalse(isLeft());
        assertTrue(
                text(log)
                        .contains(
                                kind.property()
                                        + " hook #0 (/bin/sh): killed, it ran past its timeout of 1"
                                        + " s"),
                text(log));
        await("the end of shell and child", () -> RuntimeExtension.mentioning(mark).isEmpty());
    }

    @Test
    void deleteByForceEndsACreateWhoseHookHangs() throws Exception {
        hook(HookKind.CREATE_RUNTIME, "echo $$ >$OUT/pid; exec sleep 1000");
        hook(HookKind.POSTSTOP, "echo >>$OUT/poststop");
        Process create = runtime.start(List.of(), create());
        long hook = Long.parseLong(RuntimeExtension.awaitLine(out.resolve("pid")).strip());
        assertEquals("creating", runtime.status(runtime.id()));
        runtime.ok("delete", "--force", runtime.id());
        assertEquals(1, create.waitFor());
        assertTrue(
                text(runtime.work().resolve("err-" + create.pid()))
                        .contains("killed, since the container's init has ended"));
        assertFalse(lives(hook));
        assertFalse(isLeft());
        assertEquals("\n", text(out.resolve("poststop")), "once");
    }

    @Test
    void whatTheySayIsNotTheContainersOutput() {
        bundle = runtime.script("echo program");
        for (HookKind kind : HookKind.values()) {
            hook(kind, "echo " + kind + "; echo " + kind + " >&2");
        }
        Result result = runtime.run("run", "-b", bundle.toString(), runtime.id());
        assertEquals(new Result(0, "program\n", ""), result);
    }

    @Test
    void aBundleThatIsGoneDoesNotKeepPoststopFromRunning() throws IOException {
        hook(HookKind.POSTSTOP, "pwd >$OUT/poststop");
        runtime.ok(create());
        for (String file : List.of("config.json", "rootfs", "")) {
            Files.delete(bundle.dir().resolve(file));
        }
        runtime.ok("delete", runtime.id());
        assertEquals("/\n", text(out.resolve("poststop")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/proc/1/ns/net"})
    void networkHooksAreRefusedWhereTheNetworkIsTheHosts(String path) {
        ObjectNode namespace = bundle.linux().withArray("namespaces").addObject();
        namespace.put("type", "network");
        if (!path.isEmpty()) {
            namespace.put("path", path);
        }
        for (HookKind kind : List.of(HookKind.CREATE_CONTAINER, HookKind.POSTSTOP)) {
            hook(kind, "echo " + kind.name().toLowerCase(Locale.ROOT) + " >>$OUT/done");
        }
        runtime.ok(create()); // these are no network's
        runtime.ok("delete", runtime.id());
        assertEquals("create_container\npoststop\n", text(out.resolve("done")));
        for (HookKind kind : List.of(HookKind.CREATE_RUNTIME, HookKind.PRESTART)) {
            hook(kind, "echo >$OUT/" + kind.property());
            String line = runtime.refused(create());
            assertTrue(
                    line.startsWith("config.json: hooks." + kind.property() + ": refused in host"),
                    line);
            assertTrue(line.endsWith("or set REAPER_HOST_HOOKS=run"), line);
            assertFalse(Files.exists(out.resolve(kind.property())));
            assertFalse(isLeft());
        }
        Result allowed = runtime.run(List.of("env", "REAPER_HOST_HOOKS=run"), create());
        assertEquals(new Result(0, "", ""), allowed);
        assertTrue(Files.exists(out.resolve("prestart")));
        assertTrue(Files.exists(out.resolve("createRuntime")));
    }
}
