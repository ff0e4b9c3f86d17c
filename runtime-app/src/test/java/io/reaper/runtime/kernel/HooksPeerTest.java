package io.reaper.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.runtime.hooks.HookKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Hooks see the same from this runtime and from runc, where runc does as the specification says.
 */
@Tag("containerd")
class HooksPeerTest {

    /** runc runs poststart too early, and startContainer in a root of its own. */
    private static final List<HookKind> COMMON =
            List.of(
                    HookKind.PRESTART,
                    HookKind.CREATE_RUNTIME,
                    HookKind.CREATE_CONTAINER,
                    HookKind.POSTSTOP);

    @RegisterExtension final RuntimeExtension runtime = new RuntimeExtension();

    private Path bundle(Path out) throws IOException {
        Path bundle = Files.createDirectories(runtime.work().resolve("bundle"));
        Path bin = Files.createDirectories(bundle.resolve("rootfs/bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        Files.createSymbolicLink(bin.resolve("sh"), Path.of("busybox"));
        runtime.ok("spec", "--bundle", bundle.toString());
        Path file = bundle.resolve("config.json");
        ObjectNode config = (ObjectNode) RuntimeExtension.json(Files.readString(file));
        assertTrue(config.at("/linux/namespaces").toString().contains("\"mount\""));
        ((ObjectNode) config.get("process")).put("terminal", false);
        config.putObject("annotations").put("key", "ü");
        for (HookKind kind : COMMON) {
            String name = kind.property();
            ObjectNode hook = config.withObject("/hooks").withArray(name).addObject();
            hook.put("path", "/bin/sh")
                    .putArray("args")
                    .add("zero")
                    .add("-c")
                    .add("echo " + name + " $0 >>" + out + "/order; cat >" + out + "/" + name);
        }
        Files.writeString(file, config.toString());
        return bundle;
    }

    /** What the hooks of one life noted: their order, then each one's state. */
    private List<String> life(List<String> program, Path bundle, Path out) throws Exception {
        for (List<String> verb :
                List.of(
                        List.of("create", "-b", bundle.toString(), runtime.id()),
                        List.of("delete", "--force", runtime.id()))) {
            List<String> command = new ArrayList<>(program);
            command.addAll(verb);
            Path said = out.resolve("said");
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().put("REAPER_HOST_HOOKS", "run");
            Process process =
                    builder.redirectInput(Path.of("/dev/null").toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile())
                            .start();
            assertTrue(process.waitFor(2, TimeUnit.MINUTES), verb::toString);
            assertEquals(0, process.exitValue(), () -> RuntimeExtension.text(said));
        }
        List<String> seen = new ArrayList<>(Files.readAllLines(out.resolve("order")));
        for (HookKind kind : COMMON) {
            JsonNode state = RuntimeExtension.json(Files.readString(out.resolve(kind.property())));
            List<String> names = new ArrayList<>();
            state.fieldNames().forEachRemaining(names::add);
            seen.add(names.stream().sorted().toList().toString());
            for (String property : List.of("id", "status", "bundle", "annotations")) {
                seen.add(kind + " " + property + " " + state.get(property));
            }
        }
        return seen;
    }

    @Test
    void bothTellThemTheSame() throws Exception {
        Path out = Files.createDirectories(runtime.work().resolve("out"));
        Path bundle = bundle(out);
        List<String> ours =
                life(
                        List.of(RuntimeExtension.executable(), "--root", runtime.root().toString()),
                        bundle,
                        out);
        Files.delete(out.resolve("order"));
        String theirRoot = runtime.work().resolve("runc").toString();
        List<String> theirs;
        try {
            theirs = life(List.of("runc", "--root", theirRoot), bundle, out);
        } finally {
            new ProcessBuilder("runc", "--root", theirRoot, "delete", "--force", runtime.id())
                    .start()
                    .waitFor();
        }
        assertEquals(theirs, ours);
    }
}
