package io.reaper.shim.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.linux.event.Deadline;
import io.reaper.proto.group.DiscardRequest;
import io.reaper.proto.group.ExpectRequest;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.ttrpc.Call;
import io.reaper.shim.ttrpc.TtrpcException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpectedTest {

    private static final ContainerId A = ContainerId.of("a");

    private final Expected expected = new Expected();
    private final List<String> discarded = new ArrayList<>();
    private final GroupService service = new GroupService(expected, this::discard);

    private void discard(ContainerId id, String bundle) {
        if (bundle.isEmpty()) {
            throw ShimException.failedPrecondition(
                    ErrorCode.E_RUNTIME_FAILED, "it is being created");
        }
        discarded.add(id + " of " + bundle);
    }

    private void call(String method, MessageLite request) {
        service.call(
                        new Call(
                                "io.reaper.shim.v1.Group",
                                method,
                                request.toByteString(),
                                Map.of(),
                                Deadline.NONE))
                .toCompletableFuture()
                .join();
    }

    @Test
    void whoIsExpectedCountsUntilForgotten() {
        assertTrue(expected.isEmpty());
        call("Expect", ExpectRequest.newBuilder().setId("a").build());
        call("Expect", ExpectRequest.newBuilder().setId("b").build());
        call("Expect", ExpectRequest.newBuilder().setId("b").build());
        call("Discard", DiscardRequest.newBuilder().setId("a").setBundle("/b").build());
        assertEquals(List.of("a of /b"), discarded);
        assertFalse(expected.isEmpty());
        expected.forget("b");
        assertTrue(expected.isEmpty());
    }

    @Test
    void refusesWhatCanBeNoId() {
        ExpectRequest request = ExpectRequest.newBuilder().setId("../a").build();
        TtrpcException refusal = assertThrows(TtrpcException.class, () -> call("Expect", request));
        assertEquals(Code.INVALID_ARGUMENT, refusal.status());
        DiscardRequest early = DiscardRequest.newBuilder().setId("a").build();
        TtrpcException failure = assertThrows(TtrpcException.class, () -> call("Discard", early));
        assertEquals("it is being created", failure.getMessage());
        assertEquals(
                Code.UNIMPLEMENTED,
                assertThrows(TtrpcException.class, () -> call("Other", request)).status());
        assertTrue(expected.isEmpty());
    }

    @Test
    void theNextToLapseIsTold() {
        expected.expect(A);
        int millis = expected.nextLapse().orElseThrow().remainingMillis();
        assertTrue(millis > 20_000 && millis <= 30_000, millis + " ms");
    }

    @Test
    void lapsesByItself() {
        Expected impatient = new Expected(Duration.ZERO);
        impatient.expect(A);
        assertTrue(impatient.isEmpty());
        assertTrue(impatient.nextLapse().isEmpty());
    }
}
