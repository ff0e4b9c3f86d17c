package io.reaper.shim.stdio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.shim.error.ShimException;
import io.reaper.shim.error.ShimException.Kind;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StdioUriTest {

    @Test
    void whatClientsSend() {
        assertEquals(new StdioUri.Null(), StdioUri.parse(""));
        assertEquals(new StdioUri.Fifo(Path.of("/run/f")), StdioUri.parse("/run/f"));
        assertEquals(new StdioUri.Fifo(Path.of("/run/f")), StdioUri.parse("fifo:///run/f"));
        assertEquals(new StdioUri.LogFile(Path.of("/log")), StdioUri.parse("file:///log"));
        assertEquals(
                new StdioUri.LogFile(Path.of("/a b+c")), StdioUri.parse("file:///a%20b+c?mode=1"));
    }

    @Test
    void loggersWithTheirArguments() {
        assertEquals(
                new StdioUri.Logger(Path.of("/usr/bin/logger"), List.of(), false),
                StdioUri.parse("binary:///usr/bin/logger"));
        assertEquals(
                new StdioUri.Logger(
                        Path.of("/a b"), List.of("z", "1 2", "a", "+&", "flag", ""), true),
                StdioUri.parse("binary-v2:///a%20b?z=1+2&a=%2B%26&&flag&z=again"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ttrpc+unix:///run/s?streaming_id=a", "http://example"})
    void otherSchemesAreNamed(String uri) {
        ShimException refusal = assertThrows(ShimException.class, () -> StdioUri.parse(uri));
        assertEquals(Kind.UNIMPLEMENTED, refusal.kind());
        assertTrue(refusal.getMessage().contains(uri.substring(0, uri.indexOf(':'))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "relative",
                "file://host/path",
                "fifo://x",
                "file:///%zz",
                "/a\0b",
                "binary://x",
                "binary:///x?%zz",
                "binary:///x?a=%00"
            })
    void pathsMustBeAbsolute(String uri) {
        ShimException refusal = assertThrows(ShimException.class, () -> StdioUri.parse(uri));
        assertEquals(Kind.INVALID_ARGUMENT, refusal.kind());
    }
}
