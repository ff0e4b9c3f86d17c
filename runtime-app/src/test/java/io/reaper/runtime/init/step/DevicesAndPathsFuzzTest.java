package io.reaper.runtime.init.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.contract.Isolation;
import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.bundle.SpecException;
import io.reaper.runtime.bundle.SpecReader;
import io.reaper.runtime.device.DeviceNode;
import io.reaper.runtime.device.DeviceSamples;
import io.reaper.testing.Cases;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Whatever {@code linux.devices}, {@code maskedPaths} and {@code readonlyPaths} say: it is refused
 * by name, or becomes steps that mean the same at the other end.
 */
class DevicesAndPathsFuzzTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CASES = Cases.of(20_000);
    private static final int LONGEST = 600;

    @Test
    void anythingIsPlannedOrRefusedByName() throws Exception {
        int planned = 0;
        int refused = 0;
        for (int seed = 0; seed < CASES; seed++) {
            String shown = "seed " + seed;
            byte[] document = document(seed);
            try {
                IsolationSpec spec =
                        SpecReader.read("config.json", document, Isolation.OCI)
                                .isolation()
                                .orElseThrow();
                check(spec, shown);
                planned++;
            } catch (SpecException e) {
                String text = e.getMessage();
                assertTrue(
                        text.startsWith("config.json: linux.devices")
                                || text.startsWith("config.json: linux.maskedPaths")
                                || text.startsWith("config.json: linux.readonlyPaths"),
                        () -> shown + ": " + text);
                assertTrue(text.length() < LONGEST, () -> shown + ": " + text);
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError(shown, e);
            }
        }
        assertTrue(planned > CASES / 10, "planned " + planned);
        assertTrue(refused > CASES / 10, "refused " + refused);
    }

    private static byte[] document(long seed) throws JsonProcessingException {
        ObjectNode config = JSON.createObjectNode().put("ociVersion", "1.2.0");
        config.putObject("root").put("path", "rootfs");
        ObjectNode process = config.putObject("process").put("cwd", "/");
        process.putArray("args").add("true");
        process.putObject("user").put("uid", 0).put("gid", 0);
        DeviceSamples.addTo(config.putObject("linux"), seed);
        // escaped, or half of a pair would not be written
        return JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsBytes(config);
    }

    private static void check(IsolationSpec spec, String shown) {
        MakeDevices devices = MakeDevices.of(spec).orElseThrow();
        checkNodes(devices.nodes(), shown);
        survives(devices, shown);
        MaskPaths.of(spec).ifPresent(step -> checkPaths(step, step.paths(), shown));
        ProtectPaths.of(spec).ifPresent(step -> checkPaths(step, step.paths(), shown));
        assertEquals(spec.maskedPaths().isEmpty(), MaskPaths.of(spec).isEmpty(), shown);
        assertEquals(spec.readonlyPaths().isEmpty(), ProtectPaths.of(spec).isEmpty(), shown);
    }

    private static void checkNodes(List<DeviceNode> nodes, String shown) {
        int defaults = 0;
        for (DeviceNode node : nodes) {
            Path path = Path.of(node.path());
            assertTrue(path.isAbsolute() && path.getNameCount() > 0, shown);
            assertEquals(path.normalize().toString(), node.path(), shown);
            assertTrue(node.major() >= 0 && node.major() <= 4095, shown);
            assertTrue(node.minor() >= 0 && node.minor() <= 1048575, shown);
            assertEquals(node.permissions(), node.permissions() & 07777, shown);
            assertFalse(node.path().equals("/dev/ptmx"), shown);
            defaults += node.path().equals("/dev/null") ? 1 : 0;
        }
        assertTrue(defaults > 0, shown);
    }

    private static void checkPaths(InitStep step, List<String> paths, String shown) {
        Set<Path> meant = new HashSet<>();
        for (String path : paths) {
            assertTrue(meant.add(Path.of("/", path).normalize()), () -> shown + ": " + path);
        }
        survives(step, shown);
    }

    private static void survives(InitStep step, String shown) {
        PlanOutput out = new PlanOutput();
        step.write(out);
        assertEquals(step, InitStep.read(new PlanInput(out.toByteArray())), shown);
    }
}
