package io.reaper.shim.ttrpc.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.linux.event.Deadline;
import io.reaper.proto.ttrpc.Response;
import io.reaper.proto.ttrpc.Status;
import io.reaper.shim.ttrpc.Call;
import io.vertx.core.buffer.Buffer;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
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
        assertTrue(status.getMessage().endsWith(": the stack is exhausted"), status.getMessage());
        assertEquals(1, problems.size());
    }

    /** containerd shows it to its users. */
    @Test
    void whatAServiceThrowsIsToldInWords() throws Exception {
        for (Throwable thrown :
                List.of(
                        new RuntimeException(),
                        new NullPointerException("Cannot invoke \"io.reaper.shim.X.y()\""),
                        new NoClassDefFoundError("io/reaper/shim/X"),
                        new CompletionException(new IllegalStateException("java.lang.X")),
                        new UncheckedIOException(new NotDirectoryException("/x")))) {
            List<String> problems = new ArrayList<>();
            Buffer frame = Responses.frame(1, CALL, null, thrown, problems::add);
            byte[] payload = frame.getBytes(HEADER, frame.length());
            Status status = Response.parseFrom(payload).getStatus();
            assertEquals(Code.UNKNOWN.value(), status.getCode());
            for (String said : List.of(status.getMessage(), problems.getFirst())) {
                assertFalse(said.contains("Exception") || said.contains("reaper"), said);
                assertFalse(said.contains("java") || said.contains("Error"), said);
            }
        }
    }
}
