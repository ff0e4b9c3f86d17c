package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.reaper.runtime.device.DeviceSamples;
import io.reaper.runtime.kernel.RuntimeExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Whatever {@code linux.devices}, {@code maskedPaths} and {@code readonlyPaths} say, in an image
 * full of links: a container runs, or is refused in one line, and the host is as before.
 */
@Tag("kernel")
class DevicesAndPathsFuzzKernelTest {

    /** Started as a JVM, a program needs a hundred times as long. */
    private static final int CASES = "native".equals(System.getProperty("reaper.mode")) ? 100 : 10;

    private static final int CASES_OF_AN_IMAGE = 5;

    /** The program is what a mask of /bin takes away. */
    private static final List<String> NAMED =
            List.of(
                    "linux.devices",
                    "default device",
                    "linux.maskedPaths",
                    "linux.readonlyPaths",
                    "/bin/sh");

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    @Test
    void anythingRunsOrIsRefusedInOneLine() throws IOException {
        Path outside = Files.createDirectories(runtime.work().resolve("outside/below")).getParent();
        Files.writeString(outside.resolve("file"), "the machine's");
        String before = listed(outside);
        HostPicture host = HostPicture.of(runtime);
        Optional<RootBundle> image = Optional.empty();
        int ran = 0;
        for (int seed = 0; seed < CASES; seed++) {
            if (seed % CASES_OF_AN_IMAGE == 0) {
                image = Optional.of(image(outside));
            }
            RootBundle bundle = image.orElseThrow();
            DeviceSamples.addTo(bundle.linux(), seed);
            ran += runs(bundle, "seed " + seed) ? 1 : 0;
            assertEquals(before, listed(outside), "seed " + seed);
            assertEquals("the machine's", Files.readString(outside.resolve("file")));
        }
        assertEquals(host, HostPicture.of(runtime));
        assertEquals(List.of(), RuntimeExtension.mentioning(runtime.work().toString()));
        assertTrue(ran > 0 && ran < CASES, "ran " + ran);
    }

    private RootBundle image(Path outside) throws IOException {
        RootBundle bundle = RootBundle.of(runtime, "echo ran");
        Files.writeString(bundle.inRoot("file"), "");
        Files.createDirectories(bundle.inRoot("data/deep"));
        link(bundle, "link", outside.toString());
        link(bundle, "dangling", outside + "/none");
        link(bundle, "up", "../../../../../../../.." + outside);
        link(bundle, "loop", "loop");
        link(bundle, "magic", "/proc/self/root" + outside);
        return bundle;
    }

    private static void link(RootBundle bundle, String name, String target) throws IOException {
        Files.createSymbolicLink(bundle.inRoot(name), Path.of(target));
    }

    private boolean runs(RootBundle bundle, String shown) throws IOException {
        String config =
                RuntimeExtension.JSON
                        .writer()
                        .with(JsonWriteFeature.ESCAPE_NON_ASCII)
                        .writeValueAsString(bundle.config());
        Files.writeString(bundle.dir().resolve("config.json"), config);
        String dir = bundle.dir().toString();
        RuntimeExtension.Result result = runtime.run("run", "--bundle", dir, runtime.id());
        if (result.status() == 0) {
            assertEquals(new RuntimeExtension.Result(0, "ran\n", ""), result, shown);
            return true;
        }
        String all = shown + ": " + result;
        assertEquals("", result.out(), all);
        assertEquals(1, result.err().lines().count(), all);
        assertTrue(NAMED.stream().anyMatch(result.err()::contains), all);
        return false;
    }

    private static String listed(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            StringBuilder text = new StringBuilder();
            for (Path path : all.sorted().toList()) {
                text.append(path)
                        .append(Files.readAttributes(path, "unix:mode,uid,gid,ino,ctime"))
                        .append('\n');
            }
            return text.toString();
        }
    }
}
