package io.reaper.linux.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Options of mounts. */
class MountsTest {

    @Test
    void mountOptionsBecomeFlagsAndData() {
        Mounts.Plan plan =
                Mounts.Plan.of(
                        new MountRequest(
                                "overlay",
                                "overlay",
                                "/t",
                                List.of("ro", "nosuid", "lowerdir=/a:/b", "index=off", "rslave")));
        assertEquals(3, plan.flags());
        assertEquals("lowerdir=/a:/b,index=off", plan.data());
        assertEquals(0x84000, plan.propagation());
        assertEquals(
                0x5000,
                Mounts.Plan.of(new MountRequest("bind", "/s", "/t", List.of("rbind", "ro", "rw")))
                        .flags());
    }

    @Test
    void layersShareTheirDirectory() {
        assertEquals(
                "/v/s/", Mounts.commonDirectory(List.of("/v/s/12/fs", "/v/s/13/fs", "/v/s/1/fs")));
        assertEquals("/", Mounts.commonDirectory(List.of("/a/b", "/c")));
    }
}
