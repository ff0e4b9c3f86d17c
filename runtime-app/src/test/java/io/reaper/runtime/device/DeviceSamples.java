package io.reaper.runtime.device;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/**
 * {@code linux.devices}, {@code maskedPaths} and {@code readonlyPaths}, sensible and not, the same
 * for the same seed.
 */
public final class DeviceSamples {

    private static final List<String> PATHS =
            List.of(
                    "/dev/null",
                    "/dev/x",
                    "/dev//../dev/./y",
                    "/dev/ptmx",
                    "/dev/pts/0",
                    "/dev",
                    "/dev/..",
                    "dev/z",
                    "/opt",
                    "/opt/deep/er",
                    "/link",
                    "/link/new",
                    "/dangling",
                    "/dangling/a/b",
                    "/up/x",
                    "/loop/x",
                    "/magic/x",
                    "/file",
                    "/file/below",
                    "/proc/keys",
                    "/proc/sys",
                    "/proc/self/root/x",
                    "/proc/self/fd/0",
                    "/proc/1/../../x",
                    "/data",
                    "/data/deep",
                    "/data/../file",
                    "/bin",
                    "/",
                    "",
                    ".",
                    "..",
                    "../../..",
                    "a b",
                    "/ü/é",
                    "/a\nb",
                    "/a\0b",
                    "/\ud83d\ude00",
                    "/\ud83d",
                    "/" + "long".repeat(80),
                    "/long".repeat(1000));

    private static final List<String> TYPES =
            List.of("c", "c", "c", "u", "b", "p", "", "C", "cc", "x\ny", "t".repeat(300));

    private static final List<Long> NUMBERS =
            List.of(
                    0L,
                    1L,
                    3L,
                    255L,
                    256L,
                    4095L,
                    4096L,
                    1048575L,
                    1048576L,
                    0xffff_ffffL,
                    0x1_0000_0001L,
                    -1L,
                    Long.MIN_VALUE,
                    Long.MAX_VALUE);

    private static final List<Long> MODES =
            List.of(0L, 0600L, 0666L, 07777L, 020666L, 0xffff_ffffL, 0x1_0000_0000L, -1L);

    private static final List<Long> IDS =
            List.of(0L, 0L, 1L, 65534L, 0xffff_fffeL, 0xffff_ffffL, -1L);

    private static final int MOST = 5;

    private final Random random;

    private DeviceSamples(long seed) {
        this.random = new Random(seed);
    }

    /** Adds them to {@code linux}. */
    public static void addTo(ObjectNode linux, long seed) {
        DeviceSamples samples = new DeviceSamples(seed);
        ArrayNode devices = linux.putArray("devices");
        for (int left = samples.random.nextInt(MOST); left > 0; left--) {
            samples.device(devices.addObject());
        }
        samples.paths(linux.putArray("maskedPaths"));
        samples.paths(linux.putArray("readonlyPaths"));
        if (samples.seldom()) {
            List<String> lists = List.of("devices", "maskedPaths", "readonlyPaths");
            linux.set(samples.one(lists), JsonNodeFactory.instance.textNode("none"));
        }
    }

    private void device(ObjectNode device) {
        device.put("path", one(PATHS)).put("type", one(TYPES));
        device.put("major", number(NUMBERS)).put("minor", number(NUMBERS));
        if (random.nextBoolean()) {
            device.put("fileMode", number(MODES));
        }
        if (random.nextBoolean()) {
            device.put("uid", number(IDS)).put("gid", number(IDS));
        }
        if (seldom()) {
            device.putNull(one(List.of("path", "type", "major", "fileMode", "uid")));
        }
        if (seldom()) {
            device.put(one(List.of("path", "type", "major", "fileMode", "uid")), 1.5);
        }
    }

    private void paths(ArrayNode paths) {
        for (int left = random.nextInt(MOST); left > 0; left--) {
            paths.add(one(PATHS));
        }
        if (seldom()) {
            paths.addNull();
        }
    }

    /** Sensible mostly, or hardly anything would be made. */
    private long number(List<Long> of) {
        return random.nextInt(4) == 0 ? one(of) : of.get(random.nextInt(3));
    }

    private boolean seldom() {
        return random.nextInt(20) == 0;
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
