package io.reaper.shim.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.reaper.proto.bootstrap.BootstrapParams;
import io.reaper.proto.bootstrap.Extension;
import io.reaper.proto.bootstrap.LogLevel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BootstrapInputTest {

    private static final Any OPTIONS =
            Any.newBuilder()
                    .setTypeUrl("runtimeoptions.v1.Options")
                    .setValue(ByteString.copyFromUtf8("whatever"))
                    .build();

    @Test
    void nothingIsNothing() {
        assertEquals(BootstrapInput.NONE, BootstrapInput.parse(new byte[0], "a", "n"));
    }

    @Test
    void optionsOfAnOldCaller() {
        BootstrapInput input = BootstrapInput.parse(OPTIONS.toByteArray(), "a", "n");
        assertEquals(Optional.of(OPTIONS), input.options());
        assertTrue(input.socketDirectory().isEmpty());
    }

    @Test
    void paramsOfANewCaller() {
        BootstrapParams params =
                BootstrapParams.newBuilder()
                        .setInstanceId("a")
                        .setNamespace("n")
                        .setLogLevel(LogLevel.LOG_LEVEL_DEBUG)
                        .setContainerdTtrpcAddress("unix:///run/t.sock")
                        .setContainerdGrpcAddress("/run/g.sock")
                        .setSocketDir("/run/s2")
                        .addExtensions(Extension.newBuilder().setValue(OPTIONS))
                        .build();
        BootstrapInput input = BootstrapInput.parse(params.toByteArray(), "a", "n");
        assertEquals(
                new BootstrapInput(
                        Optional.of(OPTIONS),
                        Optional.of("/run/s2"),
                        Optional.of("/run/g.sock"),
                        Optional.of("unix:///run/t.sock"),
                        true),
                input);
    }

    /** containerd may extend what it says; the place of an extension tells nothing. */
    @Test
    void optionsAreKnownByTheirType() {
        Extension other =
                Extension.newBuilder()
                        .setValue(OPTIONS.toBuilder().setTypeUrl("containerd.other.v1.Thing"))
                        .build();
        Any named = OPTIONS.toBuilder().setTypeUrl("types/runtimeoptions.v1.Options").build();
        BootstrapParams.Builder params =
                BootstrapParams.newBuilder()
                        .setInstanceId("a")
                        .setNamespace("n")
                        .addExtensions(other);
        assertTrue(BootstrapInput.parse(bytes(params), "a", "n").options().isEmpty());
        params.addExtensions(Extension.newBuilder().setValue(named));
        assertEquals(Optional.of(named), BootstrapInput.parse(bytes(params), "a", "n").options());
    }

    private static byte[] bytes(BootstrapParams.Builder params) {
        return params.build().toByteArray();
    }

    /** Field 1 and 2 of both messages are strings or bytes: the shape alone decides nothing. */
    @Test
    void anAnyDisguisedAsParams() {
        Any disguised =
                Any.newBuilder().setTypeUrl("a").setValue(ByteString.copyFromUtf8("other")).build();
        BootstrapInput input = BootstrapInput.parse(disguised.toByteArray(), "a", "n");
        assertEquals(Optional.of(disguised), input.options());
    }

    @Test
    void paramsOfAnotherContainerAreNotOurs() {
        BootstrapParams params =
                BootstrapParams.newBuilder()
                        .setInstanceId("b")
                        .setNamespace("n")
                        .setSocketDir("/evil")
                        .build();
        assertTrue(
                BootstrapInput.parse(params.toByteArray(), "a", "n").socketDirectory().isEmpty());
    }

    @Test
    void garbageIsNoInputAndNoError() {
        byte[] text = "not a protobuf".getBytes(StandardCharsets.UTF_8);
        assertTrue(BootstrapInput.parse(text, "a", "n").socketDirectory().isEmpty());
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            BootstrapInput input = BootstrapInput.parse(bytes, "a", "n");
            assertTrue(input.socketDirectory().isEmpty(), "seed " + seed);
        }
    }
}
