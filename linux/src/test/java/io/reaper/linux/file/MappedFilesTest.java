package io.reaper.linux.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MappedFilesTest {

    private static final String TEXT = "7f10-7f20 r-xp 00001000 fe:00 12   /usr/bin/x";
    private static final String CLEAN = "Anonymous:             0 kB";

    private static List<String> found(String smaps) {
        List<String> found = new ArrayList<>();
        MappedFiles.Scan scan =
                new MappedFiles.Scan(
                        (from, to) ->
                                found.add(Long.toHexString(from) + "-" + Long.toHexString(to)));
        for (byte b : smaps.getBytes(StandardCharsets.UTF_8)) {
            scan.next(b);
        }
        return found;
    }

    @Test
    void aReadOnlyMappingOfAFileIsFound() {
        assertEquals(
                List.of("7f10-7f20"), found(TEXT + "\nRss:   4 kB\n" + CLEAN + "\nSwap: 0 kB\n"));
    }

    @Test
    void whatTheLinkerHasWrittenIsLeftAlone() {
        assertEquals(List.of(), found(TEXT + "\nAnonymous:            16 kB\n"));
    }

    @Test
    void writableAndAnonymousMappingsAreLeftAlone() {
        assertEquals(List.of(), found(TEXT.replace("r-xp", "rw-p") + "\n" + CLEAN + "\n"));
        assertEquals(List.of(), found("7f10-7f20 r-xp 0 00:00 0   [vdso]\n" + CLEAN + "\n"));
        assertEquals(List.of(), found("7f10-7f20 r--p 0 00:00 0 \n" + CLEAN + "\n"));
    }

    @Test
    void eachMappingStandsForItself() {
        String second = "ffff800000000000-ffffffffffff0000 r--p 0 fe:00 9 /a b/-c\n";
        assertEquals(
                List.of("ffff800000000000-ffffffffffff0000"),
                found(TEXT + "\nAnonymous:     4 kB\n" + second + CLEAN + "\n"));
    }

    /** The process goes on: here the virtual machine's libraries lose their pages. */
    @Test
    void whatWasReleasedComesBack() throws IOException {
        MappedFiles.release();
        assertTrue(Files.readString(Path.of("/proc/self/smaps")).contains("r-xp"));
    }
}
