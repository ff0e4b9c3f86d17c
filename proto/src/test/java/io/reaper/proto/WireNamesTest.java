package io.reaper.proto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Timestamp;
import io.reaper.proto.bootstrap.BootstrapParams;
import io.reaper.proto.bootstrap.LogLevel;
import io.reaper.proto.cgroups.Metrics;
import io.reaper.proto.cgroups.v1.CPUStat;
import io.reaper.proto.cgroups.v1.CPUUsage;
import io.reaper.proto.cgroups.v1.MemoryEntry;
import io.reaper.proto.cgroups.v1.MemoryStat;
import io.reaper.proto.cgroups.v1.PidsStat;
import io.reaper.proto.cgroups.v1.Throttle;
import io.reaper.proto.events.Envelope;
import io.reaper.proto.events.ForwardRequest;
import io.reaper.proto.events.TaskCheckpointed;
import io.reaper.proto.events.TaskCreate;
import io.reaper.proto.events.TaskDelete;
import io.reaper.proto.events.TaskExecAdded;
import io.reaper.proto.events.TaskExecStarted;
import io.reaper.proto.events.TaskExit;
import io.reaper.proto.events.TaskIO;
import io.reaper.proto.events.TaskOOM;
import io.reaper.proto.events.TaskPaused;
import io.reaper.proto.events.TaskResumed;
import io.reaper.proto.events.TaskStart;
import io.reaper.proto.options.CheckpointOptions;
import io.reaper.proto.options.ProcessDetails;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.proto.ttrpc.Request;
import io.reaper.proto.types.Mount;
import io.reaper.proto.types.ProcessInfo;
import io.reaper.proto.types.RuntimeInfo;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Names and bytes which containerd resolves; fixtures are written out by hand from the field
 * tables.
 */
class WireNamesTest {
    static Stream<Arguments> names() {
        return Stream.of(
                Arguments.of(TaskCreate.getDescriptor(), "containerd.events.TaskCreate"),
                Arguments.of(TaskStart.getDescriptor(), "containerd.events.TaskStart"),
                Arguments.of(TaskExit.getDescriptor(), "containerd.events.TaskExit"),
                Arguments.of(TaskDelete.getDescriptor(), "containerd.events.TaskDelete"),
                Arguments.of(TaskOOM.getDescriptor(), "containerd.events.TaskOOM"),
                Arguments.of(TaskIO.getDescriptor(), "containerd.events.TaskIO"),
                Arguments.of(TaskExecAdded.getDescriptor(), "containerd.events.TaskExecAdded"),
                Arguments.of(TaskExecStarted.getDescriptor(), "containerd.events.TaskExecStarted"),
                Arguments.of(TaskPaused.getDescriptor(), "containerd.events.TaskPaused"),
                Arguments.of(TaskResumed.getDescriptor(), "containerd.events.TaskResumed"),
                Arguments.of(
                        TaskCheckpointed.getDescriptor(), "containerd.events.TaskCheckpointed"),
                Arguments.of(
                        ForwardRequest.getDescriptor(),
                        "containerd.services.events.ttrpc.v1.ForwardRequest"),
                Arguments.of(
                        io.reaper.proto.options.Options.getDescriptor(),
                        "containerd.runc.v1.Options"),
                Arguments.of(
                        CheckpointOptions.getDescriptor(), "containerd.runc.v1.CheckpointOptions"),
                Arguments.of(ProcessDetails.getDescriptor(), "containerd.runc.v1.ProcessDetails"),
                Arguments.of(
                        io.reaper.proto.runtimeoptions.Options.getDescriptor(),
                        "runtimeoptions.v1.Options"),
                Arguments.of(Metrics.getDescriptor(), "io.containerd.cgroups.v2.Metrics"),
                Arguments.of(
                        io.reaper.proto.cgroups.v1.Metrics.getDescriptor(),
                        "io.containerd.cgroups.v1.Metrics"),
                Arguments.of(
                        CreateTaskRequest.getDescriptor(), "containerd.task.v2.CreateTaskRequest"),
                Arguments.of(Mount.getDescriptor(), "containerd.types.Mount"),
                Arguments.of(RuntimeInfo.getDescriptor(), "containerd.types.RuntimeInfo"),
                Arguments.of(ProcessInfo.getDescriptor(), "containerd.v1.types.ProcessInfo"),
                Arguments.of(
                        BootstrapParams.getDescriptor(),
                        "containerd.runtime.bootstrap.v1.BootstrapParams"),
                Arguments.of(Request.getDescriptor(), "ttrpc.Request"));
    }

    @ParameterizedTest
    @MethodSource("names")
    void fullNameIsContainerds(Descriptor descriptor, String name) {
        assertEquals(name, descriptor.getFullName());
    }

    @Test
    void exitEventInItsEnvelope() {
        TaskExit exit =
                TaskExit.newBuilder()
                        .setContainerId("c1")
                        .setId("c1")
                        .setPid(300)
                        .setExitStatus(137)
                        .setExitedAt(Timestamp.newBuilder().setSeconds(1).setNanos(2))
                        .build();
        assertBytes("0a026331 12026331 18ac02 208901 2a0408011002", exit.toByteArray());
        Any any =
                Any.newBuilder()
                        .setTypeUrl(TaskExit.getDescriptor().getFullName())
                        .setValue(exit.toByteString())
                        .build();
        assertBytes(
                "0a1a" // 1: containerd.events.TaskExit
                        + "636f6e7461696e6572642e6576656e74732e5461736b45786974"
                        + "1214 0a026331 12026331 18ac02 208901 2a0408011002",
                any.toByteArray());
        ForwardRequest request =
                ForwardRequest.newBuilder()
                        .setEnvelope(
                                Envelope.newBuilder()
                                        .setNamespace("ns")
                                        .setTopic("/t")
                                        .setEvent(Any.newBuilder().setTypeUrl("x")))
                        .build();
        assertBytes("0a0d 12026e73 1a022f74 22030a0178", request.toByteArray());
    }

    @Test
    void deleteResponseOnStandardOutput() {
        assertBytes(
                "0807 108901 1a020805",
                DeleteResponse.newBuilder()
                        .setPid(7)
                        .setExitStatus(137)
                        .setExitedAt(Timestamp.newBuilder().setSeconds(5))
                        .build()
                        .toByteArray());
    }

    @Test
    void requestEnvelope() {
        assertBytes(
                "0a0173 12016d 1a020801 2080c8afa025 2a060a016b120176",
                Request.newBuilder()
                        .setService("s")
                        .setMethod("m")
                        .setPayload(com.google.protobuf.ByteString.copyFrom(new byte[] {8, 1}))
                        .setTimeoutNano(10_000_000_000L)
                        .addMetadata(
                                io.reaper.proto.ttrpc.KeyValue.newBuilder()
                                        .setKey("k")
                                        .setValue("v"))
                        .build()
                        .toByteArray());
    }

    @Test
    void negativeLogLevelAndUnknownFields() throws Exception {
        byte[] bytes = bytes("0a0161 12026e73 18f8ffffffffffffffff01 4a022f73 f20600");
        BootstrapParams params = BootstrapParams.parseFrom(bytes);
        assertEquals(LogLevel.LOG_LEVEL_TRACE, params.getLogLevel());
        assertEquals("/s", params.getSocketDir());
        assertArrayEquals(bytes, params.toByteArray());
    }

    /** The figures that containerd reads of each, by their numbers. */
    @Test
    void metrics() {
        assertBytes(
                "0a020803 1206 0805 1002 1803 2207 080a 6814 80021e",
                Metrics.newBuilder()
                        .setPids(io.reaper.proto.cgroups.PidsStat.newBuilder().setCurrent(3))
                        .setCpu(
                                io.reaper.proto.cgroups.CPUStat.newBuilder()
                                        .setUsageUsec(5)
                                        .setUserUsec(2)
                                        .setSystemUsec(3))
                        .setMemory(
                                io.reaper.proto.cgroups.MemoryStat.newBuilder()
                                        .setAnon(10)
                                        .setInactiveFile(20)
                                        .setUsage(30))
                        .build()
                        .toByteArray());
        assertBytes(
                "12020803 1a0a 0a06080510031802 1200 220d 980104 f00105 8a0204 0807 1006",
                io.reaper.proto.cgroups.v1.Metrics.newBuilder()
                        .setPids(PidsStat.newBuilder().setCurrent(3))
                        .setCpu(
                                CPUStat.newBuilder()
                                        .setUsage(
                                                CPUUsage.newBuilder()
                                                        .setTotal(5)
                                                        .setKernel(3)
                                                        .setUser(2))
                                        .setThrottling(Throttle.getDefaultInstance()))
                        .setMemory(
                                MemoryStat.newBuilder()
                                        .setTotalRss(4)
                                        .setTotalInactiveFile(5)
                                        .setUsage(MemoryEntry.newBuilder().setLimit(7).setUsage(6)))
                        .build()
                        .toByteArray());
    }

    private static void assertBytes(String hex, byte[] actual) {
        assertEquals(hex.replace(" ", ""), HexFormat.of().formatHex(actual));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
