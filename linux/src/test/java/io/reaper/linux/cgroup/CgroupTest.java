package io.reaper.linux.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names of control groups. */
class CgroupTest {

    @Test
    void aCgroupIsNeverTheRootNorOutside() {
        Path mount = Path.of("/sys/fs/cgroup");
        assertEquals("/sys/fs/cgroup/a/b", Cgroup.at(mount, "/a/b").toString());
        assertEquals("/sys/fs/cgroup/a/b", Cgroup.at(mount, "a//b/").toString());
        for (String wrong : List.of("", "/", "//", ".", "..", "/..", "a/../..", "a/..", "/./")) {
            assertThrows(IllegalArgumentException.class, () -> Cgroup.at(mount, wrong), wrong);
        }
    }
}
