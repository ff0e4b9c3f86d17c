package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.kernel.RuntimeExtension;
import io.reaper.runtime.kernel.RuntimeExtension.Result;
import io.reaper.testing.NewerRunc;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A program finds the same here as under runc: for what {@code runc spec} writes, and for changes
 * to it, one by one.
 */
@Tag("kernel")
class IsolationPeerTest {

    @RegisterExtension final RuntimeExtension runtime = RuntimeExtension.isolated();

    private Path runc = Path.of("unset");

    @BeforeEach
    void findRunc() {
        runc = NewerRunc.program();
    }

    static Stream<PeerVariation> variations() {
        return PeerVariation.all();
    }

    static Stream<PeerVariation> refusals() {
        return PeerVariation.refused();
    }

    @ParameterizedTest
    @MethodSource("variations")
    void theProgramFindsTheSame(PeerVariation variation) throws Exception {
        ImageBundle bundle = bundle(variation);
        Result theirs = underRunc(bundle);
        assertEquals(0, theirs.status(), theirs.err());
        prepare(bundle, variation);
        Result ours = runtime.run("run", "-b", bundle.toString(), runtime.id());
        assertEquals(new Result(0, ours.out(), ""), ours);
        List<String> found = PeerFindings.of(ours.out());
        assertTrue(found.contains("== refusals"), ours.out());
        assertEquals(List.of(), PeerFindings.differences(PeerFindings.of(theirs.out()), found));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void bothRefuse(PeerVariation variation) throws Exception {
        ImageBundle bundle = bundle(variation);
        Result theirs = underRunc(bundle);
        assertNotEquals(0, theirs.status(), theirs.out());
        prepare(bundle, variation);
        runtime.refused("create", "-b", bundle.toString(), runtime.id());
    }

    private ImageBundle bundle(PeerVariation variation) throws Exception {
        Path dir = Files.createDirectories(runtime.work().resolve("bundle"));
        Result spec = call(List.of(runc.toString(), "spec", "--bundle", dir.toString()));
        assertEquals(new Result(0, "", ""), spec);
        ImageBundle bundle =
                ImageBundle.of(dir, Files.readString(dir.resolve("config.json")), probe());
        variation.configure(bundle);
        variation.fill(bundle);
        return bundle.write();
    }

    private static void prepare(ImageBundle bundle, PeerVariation variation) throws IOException {
        bundle.makeImage();
        variation.fill(bundle);
    }

    private Result underRunc(ImageBundle bundle) throws Exception {
        List<String> call =
                List.of(runc.toString(), "--root", runtime.work().resolve("runc").toString());
        List<String> run = new ArrayList<>(call);
        run.addAll(List.of("run", "-b", bundle.toString(), runtime.id()));
        try {
            return call(run);
        } finally {
            List<String> delete = new ArrayList<>(call);
            delete.addAll(List.of("delete", "--force", runtime.id()));
            call(delete);
        }
    }

    private Result call(List<String> command) throws Exception {
        Path out = runtime.work().resolve("peer.out");
        Path err = runtime.work().resolve("peer.err");
        Process process =
                new ProcessBuilder(command)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        boolean ended = process.waitFor(2, TimeUnit.MINUTES);
        process.destroyForcibly();
        assertTrue(ended, command::toString);
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static String probe() {
        try (InputStream script = IsolationPeerTest.class.getResourceAsStream("probe.sh")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
