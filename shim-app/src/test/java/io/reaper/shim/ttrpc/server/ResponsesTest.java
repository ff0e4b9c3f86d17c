package io.reaper.shim.ttrpc.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.linux.event.Deadline;
import io.reaper.proto.ttrpc.Response;
import io.reaper.proto.ttrpc.Status;
import io.reaper.shim.ttrpc.Call;
import io.vertx.core.buffer.Buffer;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResponsesTest {

    private static final int HEADER = 10;
    private static final Call CALL =
            new Call("s", "Method", ByteString.EMPTY, Map.of(), Deadline.NONE);

    /** An error in the middle of an answer is an answer too: the caller would wait for ever. */
    @Test
    void anAnswerThatCannotBeEncodedIsAnError() throws Exception {
        MessageLite broken =
                (MessageLite)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {MessageLite.class},
                                (proxy, method, arguments) -> {
                                    throw new StackOverflowError("too deep");
                                });
        List<String> problems = new ArrayList<>();
        Buffer frame = Responses.frame(1, CALL, broken, null, problems::add);
        byte[] payload = frame.getBytes(HEADER, frame.length());
        Status status = Response.parseFrom(payload).getStatus();
        assertEquals(Code.UNKNOWN.value(), status.getCode());
        assertEquals("too deep", status.getMessage());
        assertEquals(1, problems.size());
    }
}
