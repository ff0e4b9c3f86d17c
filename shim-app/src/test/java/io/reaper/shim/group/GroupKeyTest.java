package io.reaper.shim.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.reaper.contract.ContainerId;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.log.ShimLog;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GroupKeyTest {

    private static final ContainerId OWN = ContainerId.of("own");

    @TempDir private Path bundle;

    private Path config() {
        return bundle.resolve("config.json");
    }

    private String group() {
        return GroupKey.of(bundle, OWN, ShimLog.silent()).value();
    }

    private String group(String document) throws IOException {
        Files.writeString(config(), document);
        return group();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "own   | {}",
                "own   | {\"annotations\":null}",
                "own   | {\"annotations\":[\"io.kubernetes.cri.sandbox-id\",\"x\"]}",
                "own   | {\"annotations\":{\"io.kubernetes.cri.container-type\":\"sandbox\"}}",
                "own   | {\"process\":{\"annotations\":{\"io.kubernetes.cri.sandbox-id\":\"x\"}}}",
                "pod-1 | {\"annotations\":{\"io.kubernetes.cri.sandbox-id\":\"pod-1\"}}",
                "g     | {\"annotations\":{\"io.containerd.runc.v2.group\":\"g\"}}",
                "g     | {\"annotations\":{\"io.kubernetes.cri.sandbox-id\":\"pod-1\","
                        + "\"a\":{\"io.containerd.runc.v2.group\":\"no\"},"
                        + "\"io.containerd.runc.v2.group\":\"g\"}}",
                "pod-1 | {\"hooks\":{\"a\":[{},{\"b\":{}}]},\"annotations\":{\"x\":\"y\","
                        + "\"io.kubernetes.cri.sandbox-id\":\"pod-1\"},\"root\":{}}"
            })
    void theFirstAnnotationOfTwoCounts(String expected, String document) throws IOException {
        assertEquals(expected, group(document));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no JSON", "[]", "{\"annotations\":{\"io.kubernetes.cri.sandbox"})
    void whatIsNoConfigurationIsForTheRuntimeToRefuse(String document) throws IOException {
        assertEquals("own", group(document));
    }

    @Test
    void aBundleWithoutOneHasItsOwnGroup() {
        assertEquals("own", group());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"",
                "\".\"",
                "\"..\"",
                "\"../../etc\"",
                "\"a/b\"",
                "\"a b\"",
                "\"a\\u0000\"",
                "\"a\\nb\"",
                "7",
                "null",
                "true",
                "[\"a\"]",
                "{\"a\":\"b\"}"
            })
    void aValueThatIsNoIdIsRefused(String value) {
        for (String name : new String[] {"runc.v2.group", "sandbox-id"}) {
            String annotation =
                    (name.startsWith("runc") ? "io.containerd." : "io.kubernetes.cri.") + name;
            ShimException refusal =
                    assertThrows(
                            ShimException.class,
                            () ->
                                    group(
                                            "{\"annotations\":{\"%s\":%s}}"
                                                    .formatted(annotation, value)));
            assertEquals(ShimException.Kind.INVALID_ARGUMENT, refusal.kind());
            String message = refusal.getMessage();
            assertTrue(message.startsWith("annotation " + annotation + " of "), message);
            assertEquals(1, message.lines().count(), message);
        }
    }

    @Test
    void aValueTooLongIsRefusedInOneShortLine() {
        String document =
                "{\"annotations\":{\"io.kubernetes.cri.sandbox-id\":\"" + "a".repeat(9000) + "\"}}";
        ShimException refusal = assertThrows(ShimException.class, () -> group(document));
        assertTrue(refusal.getMessage().length() < 300, refusal.getMessage());
    }

    @Test
    void followsNoLink() throws IOException {
        Path elsewhere = Files.writeString(bundle.resolve("elsewhere"), "{}");
        Files.createSymbolicLink(config(), elsewhere);
        LinuxException refusal = assertThrows(LinuxException.class, this::group);
        assertTrue(refusal.is(Errno.ELOOP), refusal.getMessage());
    }

    @Test
    void aFifoHoldsNobodyUp() {
        LinuxFiles.mkfifo(config(), 0600);
        assertEquals("own", group());
    }

    /** Two annotations are wanted of it, and nothing else of it is kept. */
    @Test
    void aMillionKeysCostNoMemory() throws IOException {
        try (Writer document = Files.newBufferedWriter(config())) {
            document.write("{\"annotations\":{");
            for (int i = 0; i < 1_000_000; i++) {
                document.write("\"k" + i + "\":1,");
            }
            document.write("\"io.kubernetes.cri.sandbox-id\":\"pod-1\"}}");
        }
        assertTrue(Files.size(config()) > 10 << 20);
        assertEquals("pod-1", group()); // what is loaded and compiled once is no matter here
        List<MemoryPoolMXBean> heap =
                ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == MemoryType.HEAP)
                        .toList();
        System.gc();
        long before = heap.stream().mapToLong(pool -> pool.getUsage().getUsed()).sum();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        assertEquals("pod-1", group());
        allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
        System.gc();
        long after = heap.stream().mapToLong(pool -> pool.getUsage().getUsed()).sum();
        assertTrue(after - before < 1 << 20, "kept: " + (after - before));
        assertTrue(allocated < 100 << 20, "short-lived: " + allocated);
    }

    @Test
    void aGiantIsNotRead() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(config().toFile(), "rw")) {
            file.setLength(17 << 20);
        }
        LinuxException refusal = assertThrows(LinuxException.class, this::group);
        assertTrue(refusal.is(Errno.E2BIG), refusal.getMessage());
    }
}
