package io.reaper.shim.ttrpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.Status.Code;
import org.junit.jupiter.api.Test;

/** The numbers of google.rpc.Code, which clients compare. */
class CodesTest {

    @Test
    void theNumbersAreTheProtocols() {
        assertEquals(0, Code.OK.value());
        assertEquals(2, Code.UNKNOWN.value());
        assertEquals(3, Code.INVALID_ARGUMENT.value());
        assertEquals(4, Code.DEADLINE_EXCEEDED.value());
        assertEquals(5, Code.NOT_FOUND.value());
        assertEquals(6, Code.ALREADY_EXISTS.value());
        assertEquals(8, Code.RESOURCE_EXHAUSTED.value());
        assertEquals(9, Code.FAILED_PRECONDITION.value());
        assertEquals(12, Code.UNIMPLEMENTED.value());
        assertEquals(13, Code.INTERNAL.value());
        assertEquals(14, Code.UNAVAILABLE.value());
        assertEquals(16, Code.UNAUTHENTICATED.value());
    }

    @Test
    void everyNumberHasACode() {
        for (Code code : Code.values()) {
            assertEquals(code, Codes.of(code.value()));
        }
        assertEquals(Code.UNKNOWN, Codes.of(-1));
        assertEquals(Code.UNKNOWN, Codes.of(17));
    }
}
