package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.awaitEnd;
import static io.reaper.runtime.kernel.RuntimeExtension.lives;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.process.ProcessInfo;
import io.reaper.linux.process.ProcessTree;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** State that is lost, damaged, or not even a file: nothing is forgotten, nobody else hindered. */
@Tag("kernel")
class BrokenEntryKernelTest {

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    /** What may lie where a file or a directory is expected. */
    enum Odd {
        EMPTY,
        CUT,
        DIRECTORY,
        FIFO,
        LINK,
        SOCKET,
        DEVICE,
        NOTHING;

        void replace(Path file) throws IOException {
            LinuxFiles.removeTree(file);
            switch (this) {
                case EMPTY -> Files.createFile(file);
                case CUT -> Files.writeString(file, "{");
                case DIRECTORY -> Files.createDirectories(file.resolve("more"));
                case FIFO -> LinuxFiles.mkfifo(file, 0600);
                case LINK -> Files.createSymbolicLink(file, Path.of("/etc"));
                case SOCKET -> bind(file);
                case DEVICE -> device(file);
                case NOTHING -> {}
            }
        }

        private static void bind(Path file) throws IOException {
            try (ServerSocketChannel socket =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                socket.bind(UnixDomainSocketAddress.of(file));
            }
        }

        private static void device(Path file) throws IOException {
            try {
                Process mknod = new ProcessBuilder("mknod", file.toString(), "c", "1", "5").start();
                assertEquals(0, mknod.waitFor());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Path directory() {
        return runtime.root().resolve(runtime.id());
    }

    private long run(List<String> prefix) {
        TestBundle bundle = runtime.script("sleep 1000 & setsid sleep 1000 & wait");
        String id = runtime.id();
        assertEquals(0, runtime.run(prefix, "run", "-d", "-b", bundle.toString(), id).status());
        return runtime.state(id).get("pid").asLong();
    }

    /** Every verb but the forced deletion is refused in words that name file and way out. */
    private void checkRefused(Path file) {
        String id = runtime.id();
        for (List<String> verb :
                List.of(
                        List.of("state", id),
                        List.of("start", id),
                        List.of("kill", id, "KILL"),
                        List.of("ps", id),
                        List.of("delete", id))) {
            String line = runtime.refused(verb.toArray(String[]::new));
            assertTrue(line.contains(file + ": damaged: "), verb + ": " + line);
            assertTrue(line.contains("delete --force"), verb + ": " + line);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aForcedDeletionEndsTheProgram(Odd odd) throws IOException {
        long pid = run(List.of());
        Path file = directory().resolve("state.json");
        odd.replace(file);
        checkRefused(file);
        String other = runtime.id() + "-other";
        runtime.ok("create", "-b", runtime.script("exec sleep 1000").toString(), other);
        Result list = runtime.run("list", "-q");
        assertEquals(0, list.status());
        assertEquals(other + "\n", list.out());
        assertTrue(list.err().startsWith(file + ": damaged: "), list.err());
        assertEquals(1, list.err().lines().count());
        runtime.ok("delete", "--force", runtime.id());
        awaitEnd(pid);
        assertFalse(Files.exists(directory()));
        runtime.ok("create", "-b", runtime.script("exec sleep 1000").toString(), runtime.id());
        runtime.ok("delete", "--force", other);
    }

    @ParameterizedTest
    @EnumSource(names = {"CUT", "NOTHING"})
    void withoutACgroupToo(Odd odd) throws IOException {
        long pid = run(RuntimeExtension.NO_CGROUP2);
        List<Integer> all = ProcessTree.descendants((int) pid);
        odd.replace(directory().resolve("state.json"));
        Result deleted =
                runtime.run(RuntimeExtension.NO_CGROUP2, "delete", "--force", runtime.id());
        assertEquals(new Result(0, "", ""), deleted);
        assertFalse(lives(pid));
        assertFalse(Files.exists(directory()));
        all.forEach(RuntimeExtension::awaitEnd);
    }

    @Test
    void noPidIsTrustedWithoutItsStartTime() throws Exception {
        run(List.of());
        Process stranger = new ProcessBuilder("setsid", "sleep", "1000").start();
        try {
            long start = ProcessInfo.of((int) stranger.pid()).orElseThrow().startTime();
            Path lock = directory().resolve("lock");
            String note = Files.readString(lock);
            String group = note.substring(note.indexOf(' ', note.indexOf(' ') + 1));
            Files.writeString(lock, stranger.pid() + " " + (start - 1) + group);
            Odd.CUT.replace(directory().resolve("state.json"));
            runtime.ok("delete", "--force", runtime.id());
            assertTrue(stranger.isAlive());
        } finally {
            stranger.destroyForcibly().waitFor();
        }
    }

    @Test
    void withoutTheNoteAGroupWithProcessesIsNotGuessedAt() throws IOException {
        long pid = run(List.of());
        Path lock = directory().resolve("lock");
        String note = Files.readString(lock);
        Files.writeString(lock, "");
        Path state = directory().resolve("state.json");
        String whole = Files.readString(state);
        Odd.CUT.replace(state);
        String line = runtime.refused("delete", "--force", runtime.id());
        assertTrue(line.contains("/reaper/" + runtime.id() + " holds processes"), line);
        assertTrue(lives(pid));
        Files.writeString(lock, note);
        Files.writeString(state, whole);
    }

    @ParameterizedTest
    @EnumSource(names = {"EMPTY", "FIFO", "LINK", "SOCKET", "DEVICE"})
    void anEntryThatIsNoDirectoryIsNamedAndRemoved(Odd odd) throws IOException {
        Files.createDirectories(runtime.root());
        odd.replace(directory());
        assertEquals("", runtime.ok("list", "-q"));
        for (String verb : List.of("state", "start", "delete")) {
            String line = runtime.refused(verb, runtime.id());
            assertTrue(line.startsWith(directory() + ": not the directory"), verb + ": " + line);
        }
        String line =
                runtime.refused("create", "-b", runtime.script("true").toString(), runtime.id());
        assertTrue(line.contains("already exists"), line);
        runtime.ok("delete", "--force", runtime.id());
        assertFalse(Files.exists(directory(), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void aLinkToAnotherContainerIsNotThatOne() throws IOException {
        long pid = run(List.of());
        Path link = runtime.root().resolve(runtime.id() + "-link");
        Files.createSymbolicLink(link, directory());
        for (String verb : List.of("state", "kill", "delete")) {
            runtime.refused(verb, runtime.id() + "-link");
        }
        runtime.ok("delete", "--force", runtime.id() + "-link");
        assertFalse(Files.exists(link, LinkOption.NOFOLLOW_LINKS));
        assertTrue(lives(pid));
        assertEquals("running", runtime.status(runtime.id()));
    }
}
