package io.reaper.runtime.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ContainerId;
import io.reaper.linux.Cgroup;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.bundle.SpecException;
import io.reaper.runtime.bundle.SpecReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrackingCgroupTest {

    private static final ContainerId ID = ContainerId.of("c1");

    private static Spec spec(String cgroupsPath) {
        String json =
                """
                {"ociVersion":"1.2.0","process":{"args":["a"],"cwd":"/"},"linux":{"cgroupsPath":"%s"}}
                """
                        .formatted(cgroupsPath);
        return SpecReader.read("config.json", json.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "/default/c1,default/c1",
        "a/b,a/b",
        "'',reaper/c1",
        "system.slice:cri:abc,reaper/c1",
        "/kubepods/x:y:z,kubepods/x:y:z"
    })
    void theGroupLiesBelowTheMount(String cgroupsPath, String expected) {
        Optional<Cgroup> group = TrackingCgroup.plan(ID, spec(cgroupsPath));
        assertEquals(
                Cgroup.unifiedMount().map(mount -> mount.resolve(expected)),
                group.map(Cgroup::directory));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "//", ".", "..", "/../x", "/a/../..", "a/../b"})
    void neitherTheRootNorAWayOutIsTaken(String cgroupsPath) {
        String message =
                assertThrows(SpecException.class, () -> TrackingCgroup.plan(ID, spec(cgroupsPath)))
                        .getMessage();
        assertTrue(message.startsWith("config.json: linux.cgroupsPath: "), message);
        assertTrue(
                message.contains(Path.of("/").equals(Path.of(cgroupsPath)) ? "\"" : cgroupsPath),
                message);
    }
}
