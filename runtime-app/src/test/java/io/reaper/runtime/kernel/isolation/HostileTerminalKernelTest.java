package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.reaper.runtime.kernel.RuntimeExtension;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Images whose /dev/pts or /dev/console are not what they seem (CVE-2025-52565): /dev is theirs, as
 * no mount covers it.
 */
@Tag("kernel")
class HostileTerminalKernelTest {

    private static final String REFUSED = "unable to start container process: ";

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    /** With a terminal and without mounts below /dev. */
    private ImageBundle bundle(String script) {
        ImageBundle bundle = ImageBundle.of(runtime, script);
        bundle.process().put("terminal", true);
        bundle.root().put("readonly", false);
        for (String place : new String[] {"/dev", "/dev/pts", "/dev/shm", "/dev/mqueue"}) {
            bundle.unmount(place);
        }
        return bundle.write();
    }

    private static void addDevpts(ImageBundle bundle, String place) {
        bundle.mount(place, "devpts", "devpts", "newinstance", "ptmxmode=0666", "mode=0620");
        bundle.write();
    }

    private String refusal(ImageBundle bundle) {
        String said = runtime.refused("run", "-b", bundle.toString(), runtime.id());
        assertFalse(Files.exists(runtime.root().resolve(runtime.id())));
        return said;
    }

    @Test
    void withoutDevptsTheMultiplexerIsMissing() {
        assertEquals(
                REFUSED + "open /dev/pts/ptmx: no such file or directory", refusal(bundle("true")));
    }

    @Test
    void aFileOfThatNameIsNoMultiplexer() throws Exception {
        ImageBundle bundle = bundle("true");
        bundle.file("dev/pts/ptmx", "");
        assertEquals(
                REFUSED + "use as devpts's multiplexer /dev/pts/ptmx: no such device",
                refusal(bundle));
    }

    /** The kernel would look for the devpts beside the node, and make the terminal there. */
    @Test
    void aNodeOfTheImageIsNoMultiplexer() {
        ImageBundle bundle = bundle("tty");
        bundle.file("dev/pts/pts/place", "");
        addDevpts(bundle, "/dev/pts/pts");
        ArrayNode devices = bundle.linux().putArray("devices");
        devices.addObject()
                .put("path", "/dev/pts/ptmx")
                .put("type", "c")
                .put("major", 5)
                .put("minor", 2);
        bundle.write();
        assertEquals(
                REFUSED + "use as devpts's multiplexer /dev/pts/ptmx: no such device",
                refusal(bundle));
    }

    @Test
    void aLinkToTheNodesDevptsLeadsNowhere() {
        ImageBundle bundle = bundle("tty");
        bundle.link("dev/pts", "/proc/1/root/dev/pts");
        assertEquals(
                REFUSED + "open /dev/pts/ptmx: too many levels of symbolic links", refusal(bundle));
    }

    @Test
    void aMultiplexerThatIsALinkIsNotFollowed() {
        ImageBundle bundle = bundle("tty");
        addDevpts(bundle, "/else");
        bundle.link("dev/pts/ptmx", "/else/ptmx");
        assertEquals(
                REFUSED + "use as devpts's multiplexer /dev/pts/ptmx: no such device",
                refusal(bundle));
    }

    @Test
    void aLinkThatStaysInsideIsFollowed() {
        ImageBundle bundle = bundle("ls -1 /else; [ -t 0 ] && echo on a terminal");
        bundle.file("else/place", "");
        bundle.link("dev/pts", "../../../else");
        addDevpts(bundle, "/dev/pts");
        assertEquals(
                new Result(0, "0\r\nptmx\r\non a terminal\r\n", ""),
                runtime.run("run", "-b", bundle.toString(), runtime.id()));
    }

    @Test
    void aConsoleThatIsALinkIsRefusedAndNothingIsMountedThere() throws IOException {
        ImageBundle bundle = bundle("cat /etc/secret");
        addDevpts(bundle, "/dev/pts");
        bundle.file("etc/secret", "kept");
        for (String target : new String[] {"/etc/secret", "../etc/new", "/proc/sysrq-trigger"}) {
            Files.deleteIfExists(bundle.rootfs().resolve("dev/console"));
            bundle.link("dev/console", target);
            assertEquals(
                    REFUSED
                            + "mount the terminal on /dev/console: too many levels of symbolic"
                            + " links",
                    refusal(bundle));
        }
        assertFalse(Files.exists(bundle.rootfs().resolve("etc/new")));
    }

    @Test
    void aConsoleThatIsADirectoryIsRefused() {
        ImageBundle bundle = bundle("true");
        addDevpts(bundle, "/dev/pts");
        bundle.file("dev/console/file", "");
        assertEquals(
                REFUSED + "mount the terminal on /dev/console: is a directory", refusal(bundle));
    }

    @Test
    void aConsoleThatIsThereIsCovered() throws Exception {
        ImageBundle bundle = bundle("[ /dev/console -ef /dev/pts/0 ] && echo shown >/dev/console");
        addDevpts(bundle, "/dev/pts");
        Path console = bundle.file("dev/console", "of the image");
        Result covered = new Result(0, "shown\r\n", "");
        assertEquals(covered, runtime.run("run", "-b", bundle.toString(), runtime.id()));
        assertEquals("of the image", Files.readString(console));
        Files.delete(console);
        assertEquals(0, new ProcessBuilder("mkfifo", console.toString()).start().waitFor());
        assertEquals(covered, runtime.run("run", "-b", bundle.toString(), runtime.id()));
    }

    /** The file for it is made before the root becomes read-only. */
    @Test
    void aReadOnlyImageGetsOneAllTheSame() {
        ImageBundle bundle =
                bundle("[ /dev/console -ef /dev/pts/0 ] && ! touch /x 2>/dev/null && tty");
        addDevpts(bundle, "/dev/pts");
        bundle.root().put("readonly", true);
        bundle.write();
        assertEquals(
                new Result(0, "/dev/pts/0\r\n", ""),
                runtime.run("run", "-b", bundle.toString(), runtime.id()));
    }
}
