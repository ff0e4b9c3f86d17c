package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Device nodes and links of a container's /dev, and where they cannot come to lie. */
@Tag("kernel")
class DevicesKernelTest {

    private static final String STAT = "stat -c '%n|%F|%t:%T|%a|%u:%g' ";

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    private static List<String> listed(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Of what is outside of a container: all that a change of it would change. */
    private static Map<String, Object> attributes(Path file) throws IOException {
        return Files.readAttributes(
                file, "unix:mode,uid,gid,ino,ctime,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
    }

    @Test
    void everyContainerHasTheDefaultOnes() {
        String nodes = "/dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty";
        assertEquals(
                """
                /dev/null|character special file|1:3|666|0:0
                /dev/zero|character special file|1:5|666|0:0
                /dev/full|character special file|1:7|666|0:0
                /dev/random|character special file|1:8|666|0:0
                /dev/urandom|character special file|1:9|666|0:0
                /dev/tty|character special file|5:0|666|0:0
                """,
                RootBundle.of(runtime, STAT + nodes).output(runtime));
    }

    @Test
    void linksLeadToTheProcessAndToItsOwnDevpts() {
        String script = "for l in fd stdin stdout stderr ptmx core; do readlink /dev/$l; done";
        String kcore = Files.exists(Path.of("/proc/kcore")) ? "/proc/kcore\n" : "";
        assertEquals(
                "/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\npts/ptmx\n"
                        + kcore,
                RootBundle.of(runtime, script + "; true").output(runtime));
    }

    @Test
    void ownOnesAreOfEachTypeWhateverTheUmask() {
        RootBundle bundle =
                RootBundle.of(runtime, STAT + "/dev/c /dev/u /opt/deep/b /dev/p /opt /opt/deep");
        bundle.device("c", "/dev/c", 4095, 1048575)
                .put("fileMode", 0432)
                .put("uid", 7)
                .put("gid", 8);
        bundle.device("u", "/dev/u", 10, 200);
        bundle.device("b", "/opt/deep/b", 8, 257).put("fileMode", 06750).put("uid", 1000);
        bundle.device("p", "/dev/p", -5, 99999999).put("fileMode", 0620);
        List<String> umask = List.of("sh", "-c", "umask 077; exec \"$@\"", "sh");
        RuntimeExtension.Result result =
                runtime.run(umask, "run", "--bundle", bundle.written(), runtime.id());
        assertEquals("", result.err());
        assertEquals(
                """
                /dev/c|character special file|fff:fffff|432|7:8
                /dev/u|character special file|a:c8|666|0:0
                /opt/deep/b|block special file|8:101|6750|1000:0
                /dev/p|fifo|0:0|620|0:0
                /opt|directory|0:0|755|0:0
                /opt/deep|directory|0:0|755|0:0
                """,
                result.out());
    }

    @Test
    void anOwnOneTakesTheDefaultsPlace() {
        RootBundle bundle = RootBundle.of(runtime, STAT + "/dev/null; readlink /dev/ptmx");
        bundle.device("c", "/dev/../dev//null", 1, 3).put("fileMode", 0600).put("uid", 3);
        bundle.device("c", "/dev/ptmx", 5, 2);
        assertEquals(
                "/dev/null|character special file|1:3|600|3:0\npts/ptmx\n", bundle.output(runtime));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x | /dev/x | 1 | 1 | linux.devices[0].type: invalid device type \"x\"",
                "'' | /dev/x | 1 | 1 | linux.devices[0].type: invalid device type \"\"",
                "c | /dev/x | 4096 | 1 | linux.devices[0].major: 4096 is not in the range 0 to"
                        + " 4095",
                "b | /dev/x | 1 | 1048576 | linux.devices[0].minor: 1048576 is not in the range 0"
                        + " to 1048575",
                "c | /dev/x | -1 | 1 | linux.devices[0].major: -1 is not in the range 0 to 4095",
                "c | /dev/.. | 1 | 1 | linux.devices[0].path: \"/dev/..\" names no file",
            })
    void whatCannotBeMadeIsRefused(String type, String path, long major, long minor, String text) {
        RootBundle bundle = RootBundle.of(runtime, "true");
        bundle.device(type, path, major, minor);
        assertTrue(bundle.refusal(runtime).endsWith("config.json: " + text), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "directory", "link", "fifo", "other numbers"})
    void anotherFileInTheirPlaceIsAnError(String kind) throws Exception {
        RootBundle bundle = RootBundle.of(runtime, "true");
        Path there = bundle.inRoot("opt");
        switch (kind) {
            case "file" -> Files.createFile(there);
            case "directory" -> Files.createDirectory(there);
            case "link" -> Files.createSymbolicLink(there, Path.of("/dev/null"));
            case "fifo" -> mknod(there, "p");
            default -> mknod(there, "c", "1", "5");
        }
        bundle.device("c", "/opt", 1, 3);
        String refusal = bundle.refusal(runtime);
        assertTrue(
                refusal.contains(
                        "linux.devices[0]: another file than c 1:3 is at /opt: file exists"),
                refusal);
    }

    private static void mknod(Path file, String... kind) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of("mknod", file.toString()));
        command.addAll(List.of(kind));
        assertEquals(0, new ProcessBuilder(command).start().waitFor());
    }

    /** It may be the machine's: a bind mount puts it there. */
    @Test
    void oneThatIsThereIsLeftAsItIs() throws Exception {
        RootBundle bundle = RootBundle.of(runtime, STAT + "/dev/null /opt");
        Path node = runtime.work().resolve("node");
        mknod(node, "c", "1", "3");
        Files.setAttribute(node, "unix:mode", 0600);
        mknod(bundle.inRoot("opt"), "b", "1", "2");
        Map<String, Object> before = attributes(node);
        bundle.mount("/dev/null", "bind", node.toString(), "bind");
        bundle.device("b", "/opt", 1, 2).put("fileMode", 0777).put("uid", 9);
        String out = bundle.output(runtime);
        assertTrue(out.startsWith("/dev/null|character special file|1:3|600|0:0\n/opt|block"), out);
        assertTrue(out.endsWith("|1:2|644|0:0\n"), out);
        assertEquals(before, attributes(node));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev", "/dev/", "dev", "/x/../dev"})
    void ofABindNothingIsChanged(String destination) throws IOException {
        Path other = Files.createDirectory(runtime.work().resolve("other-dev"));
        RootBundle bundle =
                RootBundle.of(runtime, "ls /dev; " + STAT + "/opt/c").withoutLastMount();
        bundle.mount(destination, "bind", other.toString(), "rbind");
        bundle.device("c", "/dev/c", 1, 3);
        bundle.device("c", "/opt/c", 1, 3);
        assertEquals("/opt/c|character special file|1:3|666|0:0\n", bundle.output(runtime));
        assertEquals(List.of(), listed(other));
    }

    /** CVE-2026-41579, CVE-2026-47766: an image whose /dev leads to the machine's. */
    @ParameterizedTest
    @ValueSource(strings = {"%s", "../../../../../../..%s", "/proc/self/root%s", "link"})
    void aLinkForDevLeadsNowhereElse(String target) throws IOException {
        Path outside = Files.createDirectory(runtime.work().resolve("outside"));
        Path ptmx = Files.writeString(outside.resolve("ptmx"), "the machine's");
        Map<String, Object> before = attributes(ptmx);
        Map<String, Object> directory = attributes(outside);
        RootBundle bundle = RootBundle.of(runtime, "ls -l /dev/").withoutLastMount();
        Files.createSymbolicLink(bundle.inRoot("link"), outside);
        Files.createSymbolicLink(
                bundle.inRoot("dev"), Path.of(target.replace("%s", outside.toString())));
        RuntimeExtension.Result result =
                runtime.run("run", "--bundle", bundle.written(), runtime.id());
        if (result.status() == 0) {
            assertTrue(result.out().contains("ptmx -> pts/ptmx"), result::toString);
        }
        assertEquals(List.of("ptmx"), listed(outside));
        assertEquals(before, attributes(ptmx));
        assertEquals(directory, attributes(outside));
    }

    /** CVE-2024-45310: directories on the way to a node are made inside as well. */
    @ParameterizedTest
    @ValueSource(strings = {"", "/none"})
    void linksOnTheWayToANodeStayInside(String below) throws IOException {
        Path outside = Files.createDirectory(runtime.work().resolve("outside"));
        RootBundle bundle = RootBundle.of(runtime, STAT + "/way/a/b/c");
        Files.createSymbolicLink(bundle.inRoot("way"), Path.of(outside + below));
        bundle.device("c", "/way/a/b/c", 1, 3);
        assertEquals("/way/a/b/c|character special file|1:3|666|0:0\n", bundle.output(runtime));
        assertEquals(List.of(), listed(outside));
        Path inside = Path.of(bundle.inRoot("") + outside.toString() + below + "/a/b/c");
        assertTrue(Files.exists(inside, LinkOption.NOFOLLOW_LINKS), inside::toString);
    }

    @Test
    void theMachinesAreAsBefore() throws IOException {
        List<String> names = listed(Path.of("/dev"));
        Map<String, Object> before = attributes(Path.of("/dev/null"));
        RootBundle bundle = RootBundle.of(runtime, "true").paths("maskedPaths", "/proc/keys");
        bundle.output(runtime);
        assertEquals(names, listed(Path.of("/dev")));
        assertEquals(before, attributes(Path.of("/dev/null")));
        assertFalse(Files.exists(Path.of("/dev/ptmx/..")), "a device");
    }
}
