package io.reaper.runtime.kernel;

import static io.reaper.runtime.kernel.RuntimeExtension.await;
import static io.reaper.runtime.kernel.RuntimeExtension.text;

import io.reaper.linux.cgroup.Hierarchies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A container's cgroup that is frozen until closed. */
final class FrozenCgroup implements AutoCloseable {

    private final Path directory;

    private FrozenCgroup(Path directory) {
        this.directory = directory;
    }

    /** Returns when all processes of that one's group stand still. */
    static FrozenCgroup of(long pid) throws IOException {
        String path =
                text(Path.of("/proc/" + pid + "/cgroup"))
                        .lines()
                        .filter(line -> line.startsWith("0::/"))
                        .findFirst()
                        .orElseThrow()
                        .substring(4);
        FrozenCgroup group =
                new FrozenCgroup(Hierarchies.unifiedMount().orElseThrow().resolve(path));
        group.write("1");
        await("the freeze", () -> group.events().contains("frozen 1"));
        return group;
    }

    private String events() {
        return text(directory.resolve("cgroup.events"));
    }

    long processes() {
        return text(directory.resolve("cgroup.procs")).lines().count();
    }

    /** Returns when they go on. */
    void thaw() throws IOException {
        write("0");
        await("the thaw", () -> events().contains("frozen 0"));
    }

    private void write(String value) throws IOException {
        Files.writeString(directory.resolve("cgroup.freeze"), value);
    }

    /** It may have been removed meanwhile, with its container. */
    @Override
    public void close() throws IOException {
        if (Files.exists(directory)) {
            write("0");
        }
    }
}
