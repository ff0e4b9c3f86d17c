package io.reaper.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.contract.ContainerId;
import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.cgroup.Hierarchies;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.bundle.SpecException;
import io.reaper.runtime.bundle.SpecReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

    @TempDir Path mount;

    private String planned(String cgroupsPath) {
        return mount.relativize(
                        TrackingCgroup.plan(ID, spec(cgroupsPath.replace("\\", "\\\\")), mount)
                                .directory())
                .toString();
    }

    @ParameterizedTest
    @CsvSource({
        "/default/c1,default/c1",
        "a/b,a/b",
        "'',reaper/c1",
        "a:b,a:b",
        "/kubepods/x:y:z,kubepods/x:y:z"
    })
    void theGroupLiesBelowTheMount(String cgroupsPath, String expected) {
        assertEquals(expected, planned(cgroupsPath));
        assertEquals(
                Hierarchies.unifiedMount().map(unified -> unified.resolve(expected)),
                TrackingCgroup.plan(ID, spec(cgroupsPath)).map(Cgroup::directory));
    }

    @ParameterizedTest
    @CsvSource({
        "a.slice:cri-containerd:c1, a.slice, cri-containerd-c1.scope",
        "a-b_c-d.e.slice:x:y, a.slice/a-b_c.slice/a-b_c-d.e.slice, x-y.scope",
        "kubepods-besteffort-pod1_2.slice:cri-containerd:c1,"
                + " kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1_2.slice,"
                + " cri-containerd-c1.scope",
        "-.slice:libpod:c1, '', libpod-c1.scope",
        ":docker:c1, system.slice, docker-c1.scope",
        "a\\x2db.slice:x:y, a\\x2db.slice, x-y.scope"
    })
    void theGroupLiesInItsSliceIfThatIsThere(String cgroupsPath, String slice, String unit)
            throws IOException {
        assertEquals(slice.isEmpty() ? unit : "reaper/c1", planned(cgroupsPath));
        Files.createDirectories(mount.resolve(slice));
        assertEquals(Path.of(slice, unit).toString(), planned(cgroupsPath));
    }

    @Test
    void aLinkIsNoSlice() throws IOException {
        Files.createSymbolicLink(mount.resolve("a.slice"), Path.of("/"));
        assertEquals("reaper/c1", planned("a.slice:x:y"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "::",
                "a.slice::y",
                "a.slice:x:",
                "a:x:y",
                ".slice:x:y",
                "..slice:x:y",
                "..:x:y",
                "--.slice:x:y",
                "a-.slice:x:y",
                "-a.slice:x:y",
                "a--b.slice:x:y",
                "a-..-b.slice:x:y",
                "a b.slice:x:y",
                "a.slice:x:y:z",
                "a.slice:x y:z",
                "a.slice:x:y*"
            })
    void whatIsNoSliceAndUnitIsRefused(String cgroupsPath) {
        String message = assertThrows(SpecException.class, () -> planned(cgroupsPath)).getMessage();
        assertEquals(
                "config.json: linux.cgroupsPath: \""
                        + cgroupsPath
                        + "\" is not SLICE.slice:PREFIX:NAME",
                message);
    }

    @Test
    void moreLevelsThanAUnitsNameCanHoldAreRefused() {
        assertEquals("reaper/c1", planned("a-".repeat(124) + "a.slice:x:y"));
        assertThrows(SpecException.class, () -> planned("a-".repeat(125) + "a.slice:x:y"));
        assertThrows(SpecException.class, () -> planned("a-".repeat(100_000) + "a.slice:x:y"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "//", ".", "..", "/../x", "/a/../..", "a/../b", "../a.slice:x:y"})
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
