package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ps, kill, delete and list where processes have other numbers inside. */
@Tag("kernel")
class IsolatedVerbsKernelTest {

    private static final String FAMILY =
            "sh -c 'sleep 1001 & sleep 1002 &'; trap 'exit 3' TERM; sleep 1000 & wait";

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    private NamespaceBundle bundle() {
        return NamespaceBundle.of(runtime, FAMILY);
    }

    private List<Long> running(NamespaceBundle bundle, List<String> prefix) {
        Result result = runtime.run(prefix, "run", "-d", "-b", bundle.written(), runtime.id());
        assertEquals(0, result.status(), result::toString);
        runtime.ok("exec", "-d", runtime.id(), "/bin/sh", "-c", "sleep 1003 & exec sleep 1004");
        RuntimeExtension.await("six processes", () -> pids().size() == 6);
        return pids();
    }

    private List<Long> pids() {
        List<Long> pids = new ArrayList<>();
        RuntimeExtension.json(runtime.ok("ps", "-f", "json", runtime.id()))
                .forEach(pid -> pids.add(pid.asLong()));
        return pids;
    }

    private NamespaceBundle shared(boolean inherited) {
        if (inherited) {
            return bundle().without("pid");
        }
        String other = runtime.id() + "-other";
        NamespaceBundle holder = NamespaceBundle.of(runtime, "exec sleep 1000");
        runtime.ok("run", "-d", "-b", holder.written(), other);
        return bundle().join("pid", runtime.state(other).get("pid").asLong());
    }

    private static void awaitEnd(List<Long> pids) {
        RuntimeExtension.awaitEnd(pids.stream().mapToLong(Long::longValue).toArray());
    }

    private boolean ownPids() throws IOException {
        Path state = runtime.root().resolve(runtime.id()).resolve("state.json");
        return RuntimeExtension.json(Files.readString(state)).path("ownPids").asBoolean();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theEndOfInitEndsAllOfANamespaceOfItsOwn(boolean withCgroup) throws IOException {
        List<Long> pids = running(bundle(), withCgroup ? List.of() : RuntimeExtension.NO_CGROUP2);
        assertTrue(ownPids());
        runtime.ok("kill", runtime.id(), "KILL");
        awaitEnd(pids);
        assertEquals("stopped", runtime.status(runtime.id()));
        runtime.ok("delete", runtime.id());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killEndsAllOfAContainerInASharedNamespaceAndNobodyElse(boolean inherited)
            throws IOException {
        List<Long> pids = running(shared(inherited), List.of());
        assertFalse(ownPids());
        runtime.ok("kill", runtime.id(), "KILL");
        awaitEnd(pids);
        runtime.ok("delete", runtime.id());
        if (!inherited) {
            assertEquals("running", runtime.status(runtime.id() + "-other"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "joined", "inherited"})
    void deleteByForceLeavesNothing(String way) {
        NamespaceBundle bundle = way.equals("own") ? bundle() : shared(way.equals("inherited"));
        List<Long> pids = running(bundle, List.of());
        runtime.ok("delete", "--force", runtime.id());
        pids.forEach(pid -> assertFalse(RuntimeExtension.lives(pid), way));
        assertEquals(
                "container does not exist: " + runtime.id(),
                runtime.refused("state", runtime.id()));
    }

    @Test
    void deleteByForceEndsAllWithInitWithoutACgroup() {
        List<Long> pids = running(bundle(), RuntimeExtension.NO_CGROUP2);
        runtime.ok("delete", "--force", runtime.id());
        pids.forEach(pid -> assertFalse(RuntimeExtension.lives(pid)));
    }

    @Test
    void aSignalToAllReachesAllByTheRuntimesNumbers() {
        List<Long> pids = running(bundle(), List.of());
        runtime.ok("kill", "--all", runtime.id(), "TERM");
        awaitEnd(pids);
        RuntimeExtension.await("the end", () -> runtime.status(runtime.id()).equals("stopped"));
        runtime.ok("delete", runtime.id());
    }

    @Test
    void aSignalThatPid1DoesNotHandleHasNoEffect() {
        NamespaceBundle bundle = NamespaceBundle.of(runtime, "exec sleep 1000");
        runtime.ok("run", "-d", "-b", bundle.written(), runtime.id());
        runtime.ok("kill", runtime.id(), "TERM");
        assertEquals("running", runtime.status(runtime.id()));
        runtime.ok("kill", runtime.id(), "KILL");
        runtime.ok("delete", runtime.id());
    }

    @Test
    void psAndListShowTheRuntimesNumbers() {
        List<Long> pids = running(bundle(), List.of());
        long init = runtime.state(runtime.id()).get("pid").asLong();
        assertEquals(init, pids.getFirst());
        for (long pid : pids) {
            assertTrue(RuntimeExtension.lives(pid));
        }
        String table = runtime.ok("ps", runtime.id(), "-o", "pid,args");
        assertTrue(table.contains("sleep 1003"), table);
        assertTrue(runtime.ok("list").contains(Long.toString(init)));
    }

    @Test
    void theExitRecordIsThatOfInit() {
        NamespaceBundle bundle = NamespaceBundle.of(runtime, "sleep 1000 & exit 7");
        Result result = runtime.run("run", "--keep", "-b", bundle.written(), runtime.id());
        assertEquals(7, result.status(), result::toString);
        assertEquals("stopped", runtime.status(runtime.id()));
        String record =
                RuntimeExtension.text(runtime.root().resolve(runtime.id()).resolve("exit.json"));
        assertEquals(7, RuntimeExtension.json(record).get("exitStatus").asInt(), record);
    }
}
