package io.reaper.runtime.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.Isolation;
import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.bundle.SpecException;
import io.reaper.runtime.bundle.SpecReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceListTest {

    private static final List<String> DEFAULTS =
            List.of(
                    "/dev/null",
                    "/dev/zero",
                    "/dev/full",
                    "/dev/random",
                    "/dev/urandom",
                    "/dev/tty");

    private static IsolationSpec spec(String mounts, String devices) {
        String document =
                """
                {"ociVersion": "1.2.0", "root": {"path": "rootfs"}, "mounts": [%s],
                 "process": {"cwd": "/", "args": ["a"], "user": {"uid": 0, "gid": 0}},
                 "linux": {"devices": [%s]}}\
                """
                        .formatted(mounts, devices);
        return SpecReader.read(
                        "config.json", document.getBytes(StandardCharsets.UTF_8), Isolation.OCI)
                .isolation()
                .orElseThrow();
    }

    private static List<DeviceNode> nodes(String devices) {
        return DeviceList.of(spec("", devices));
    }

    private static List<String> paths(List<DeviceNode> nodes) {
        return nodes.stream().map(DeviceNode::path).toList();
    }

    private static String device(String type, String path, long major, long minor) {
        return "{\"type\": \"%s\", \"path\": \"%s\", \"major\": %d, \"minor\": %d}"
                .formatted(type, path, major, minor);
    }

    @Test
    void withoutAnyItIsTheDefaultOnes() {
        List<DeviceNode> nodes = nodes("");
        assertEquals(DEFAULTS, paths(nodes));
        assertEquals(
                new DeviceNode(
                        DeviceNode.DEFAULT, "/dev/tty", DeviceType.CHARACTER, 5, 0, 0666, 0, 0),
                nodes.getLast());
        assertEquals("default device", nodes.getFirst().property());
    }

    @Test
    void ownOnesAreFirstAndTakeTheDefaultsPlaces() {
        List<DeviceNode> nodes =
                nodes(
                        device("b", "/opt/b", 8, 1)
                                + ", "
                                + device("c", "dev/../dev//zero", 1, 5)
                                + ", "
                                + device("p", "/dev/null", 1, 1));
        assertEquals(
                List.of(
                        "/opt/b",
                        "/dev/zero",
                        "/dev/null",
                        "/dev/full",
                        "/dev/random",
                        "/dev/urandom",
                        "/dev/tty"),
                paths(nodes));
        assertEquals("linux.devices[1]", nodes.get(1).property());
        assertEquals("p", nodes.get(2).kind());
    }

    @Test
    void theMultiplexerIsALinkAndSoNoNode() {
        assertEquals(DEFAULTS, paths(nodes(device("c", "/dev/./ptmx", 5, 2))));
    }

    @Test
    void ofAFifoNumbersMeanNothing() {
        DeviceNode fifo = nodes(device("p", "/p", -5, 99_999_999)).getFirst();
        assertEquals(0, fifo.major());
        assertEquals(0, fifo.minor());
    }

    /** {@code MKDEV} of the kernel's include/linux/kdev_t.h, {@code new_encode_dev}. */
    @ParameterizedTest
    @CsvSource({
        "0,0,0x0",
        "1,3,0x103",
        "8,257,0x100801",
        "4095,255,0xfffff",
        "0,1048575,0xfff000ff",
        "4095,1048575,0xffffffff"
    })
    void aNumberIsAsTheKernelTakesIt(int major, int minor, String number) {
        DeviceNode node = nodes(device("c", "/c", major, minor)).getFirst();
        assertEquals(Long.decode(number).intValue(), node.number());
    }

    @Test
    void modeAndOwnerAreThoseAskedFor() {
        String asked = ", \"fileMode\": 4294967295, \"uid\": 4294967294, \"gid\": 7}";
        String device = device("u", "/c", 1, 3).replace("}", asked);
        assertEquals(
                new DeviceNode(0, "/c", DeviceType.CHARACTER, 1, 3, 07777, -2, 7),
                nodes(device).getFirst());
        assertEquals(0666, nodes(device("u", "/c", 1, 3)).getFirst().permissions());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"destination\": \"/dev\", \"type\": \"bind\"",
                "\"destination\": \"dev/\", \"options\": [\"ro\", \"rbind\"]",
                "\"destination\": \"/x/../dev\", \"type\": \"none\", \"options\": [\"bind\"]"
            })
    void ofABindNothingIsMade(String mount) {
        String devices = device("c", "/dev/x", 1, 3) + ", " + device("c", "/opt/x", 1, 3);
        IsolationSpec spec = spec("{" + mount + "}", devices);
        assertFalse(DeviceList.ownsDev(spec));
        assertEquals(List.of("/opt/x"), paths(DeviceList.of(spec)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"destination\": \"/dev\", \"type\": \"tmpfs\"",
                "\"destination\": \"/dev/null\", \"type\": \"bind\"",
                "\"destination\": \"/device\", \"options\": [\"bind\"]"
            })
    void anyOtherMountLeavesThemTheContainers(String mount) {
        IsolationSpec spec = spec("{" + mount + "}", "");
        assertTrue(DeviceList.ownsDev(spec));
        assertEquals(DEFAULTS, paths(DeviceList.of(spec)));
    }

    /** Also one that would not be made, for a bind at /dev. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x|/dev/x|1|1|type: invalid device type \"x\"",
                "''|/dev/x|1|1|type: invalid device type \"\"",
                "c|/dev/x|4096|1|major: 4096 is not in the range 0 to 4095",
                "c|/dev/x|-1|1|major: -1 is not in the range 0 to 4095",
                "b|/dev/x|1|1048576|minor: 1048576 is not in the range 0 to 1048575",
                "c|/dev/..|1|1|path: \"/dev/..\" names no file",
                "p|.|1|1|path: \".\" names no file",
            })
    void whatCannotBeMadeIsRefusedByName(
            String type, String path, long major, long minor, String text) {
        IsolationSpec spec =
                spec(
                        "{\"destination\": \"/dev\", \"type\": \"bind\"}",
                        device("c", "/a", 1, 3) + ", " + device(type, path, major, minor));
        SpecException e = assertThrows(SpecException.class, () -> DeviceList.of(spec));
        assertEquals("config.json: linux.devices[1]." + text, e.getMessage());
    }
}
