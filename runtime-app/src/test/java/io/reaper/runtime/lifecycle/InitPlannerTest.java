package io.reaper.runtime.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ContainerId;
import io.reaper.linux.credential.Capabilities;
import io.reaper.linux.credential.Capability;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.bundle.SpecReader;
import io.reaper.runtime.init.InitPlan;
import io.reaper.runtime.init.step.ChangeDirectory;
import io.reaper.runtime.init.step.LimitBoundingSet;
import io.reaper.runtime.init.step.SetCapabilities;
import io.reaper.runtime.init.step.SetGroups;
import io.reaper.runtime.init.step.SetUid;
import io.reaper.runtime.init.step.SetUmask;
import io.reaper.runtime.init.step.TakeTerminal;
import io.reaper.runtime.launch.CallerDescriptors;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitPlannerTest {

    private static final ContainerId ID = ContainerId.of("c");

    private static final Surroundings ALONE =
            new Surroundings(List.of(), CallerDescriptors.NONE, uid -> "/home/" + uid);

    private static Spec spec(String properties, String more) {
        String json =
                "{\"ociVersion\":\"1.2.0\",\"process\":{\"args\":[\"a\"],\"cwd\":\"/w\""
                        + properties
                        + "}"
                        + more
                        + "}";
        return SpecReader.read("config.json", json.getBytes(StandardCharsets.UTF_8));
    }

    private static InitPlanner planner(String properties) {
        return new InitPlanner(spec(properties, "").process());
    }

    private static InitPlan created(String annotations) {
        return new InitPlanner(
                        spec(
                                ",\"env\":[\"A=1\"],\"user\":{\"uid\":7,\"gid\":8}",
                                ",\"annotations\":{" + annotations + "}"))
                .plan(ID, true, InitPlan.Gate.START, ALONE);
    }

    private static List<String> names(InitPlan plan) {
        return plan.steps().stream().map(step -> step.getClass().getSimpleName()).toList();
    }

    @Test
    void rightsAreUsedBeforeTheyAreDropped() {
        InitPlan plan =
                planner(
                                """
                                ,"oomScoreAdj":1,"noNewPrivileges":true,
                                "rlimits":[{"type":"RLIMIT_CORE","soft":0,"hard":1}],
                                "ioPriority":{"class":"IOPRIO_CLASS_BE","priority":3},
                                "scheduler":{"policy":"SCHED_OTHER"}
                                """)
                        .plan(ID, true, InitPlan.Gate.START, ALONE);
        assertEquals(
                List.of(
                        "BecomeSubreaper",
                        "OwnStreams",
                        "JoinSessionKeyring",
                        "SetOomScore",
                        "UseAllProcessors",
                        "SetScheduler",
                        "SetIoPriority",
                        "RaiseLimits",
                        "ForbidNewPrivileges",
                        "SetUmask",
                        "ChangeDirectory",
                        "LimitBoundingSet",
                        "KeepCapabilities",
                        "SetGroups",
                        "SetGid",
                        "SetUid",
                        "SetCapabilities"),
                names(plan));
        assertEquals(1, plan.limits().size());
    }

    @Test
    void withoutCapabilitiesAllAreDroppedAndGroupsAreCleared() {
        InitPlan plan = planner("").plan(ID, false, InitPlan.Gate.START, ALONE);
        assertTrue(plan.steps().contains(new LimitBoundingSet(0)));
        assertTrue(plan.steps().contains(new SetCapabilities(Capabilities.Sets.NONE)));
        assertTrue(plan.steps().contains(new SetGroups(List.of())));
        assertTrue(plan.steps().contains(new SetUmask(022)));
        assertTrue(names(plan).stream().noneMatch("JoinSessionKeyring"::equals));
    }

    @Test
    void aTerminalIsTakenWhereStreamsWouldBeGiven() {
        InitPlan plan =
                planner(",\"terminal\":true,\"user\":{\"uid\":7,\"gid\":8}")
                        .plan(ID, true, InitPlan.Gate.NONE, ALONE);
        assertEquals(
                List.of("BecomeSubreaper", "TakeTerminal", "JoinSessionKeyring"),
                names(plan).subList(0, 3));
        assertTrue(plan.steps().contains(new TakeTerminal(7)));
        assertEquals(InitPlan.Gate.NONE, plan.gate());
    }

    @Test
    void unknownCapabilitiesAreToldAndIgnored() {
        Spec.ContainerProcess process =
                spec(
                                ",\"capabilities\":{\"bounding\":[\"CAP_KILL\",\"CAP_FOO\"],"
                                        + "\"ambient\":[\"CAP_FOO\",\"CAP_BAR\"]}",
                                "")
                        .process();
        InitPlan plan = new InitPlanner(process).plan(ID, false, InitPlan.Gate.START, ALONE);
        assertTrue(plan.steps().contains(new LimitBoundingSet(Capability.CAP_KILL.mask())));
        assertEquals(
                Optional.of("ignoring unknown or unavailable capabilities: [CAP_BAR, CAP_FOO]"),
                SetCapabilities.warning(process));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"io.kubernetes.cri.container-type\":\"sandbox\"",
                "\"io.kubernetes.cri-o.ContainerType\":\"sandbox\",\"a\":\"b\""
            })
    void aSandboxIsAPlaceholderWithTheUserButNotTheProgram(String annotations) {
        InitPlan plan = created(annotations);
        assertTrue(plan.placeholder());
        assertEquals(List.of("reaper-pause"), plan.args());
        assertEquals(List.of(), plan.env());
        assertTrue(plan.steps().contains(new ChangeDirectory("/", false)));
        InitPlan program = created("");
        assertEquals(names(program), names(plan), "the same steps");
        assertTrue(plan.steps().contains(new SetUid(7)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"io.kubernetes.cri.container-type\":\"container\"",
                "\"io.kubernetes.cri.container-type\":\"Sandbox\"",
                "\"io.kubernetes.cri.container-type\":\"\"",
                "\"container-type\":\"sandbox\"",
                "\"io.kubernetes.cri.sandbox-id\":\"sandbox\""
            })
    void anyOtherContainerRunsItsProgram(String annotations) {
        InitPlan plan = created(annotations);
        assertFalse(plan.placeholder());
        assertEquals(List.of("a"), plan.args());
        assertEquals(List.of("A=1", "HOME=/home/7"), plan.env());
        assertTrue(plan.steps().contains(new ChangeDirectory("/w", false)));
    }

    @Test
    void theLastOfEachVariableCounts() {
        assertEquals(
                List.of("A=3", "B=2", "HOME=/h"),
                planner(",\"env\":[\"A=1\",\"B=2\",\"HOME=/h\",\"A=3\"]")
                        .plan(ID, false, InitPlan.Gate.START, ALONE)
                        .env());
    }
}
