package io.reaper.runtime.init.step;

import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Values of a plan as bytes, in the order in which {@link PlanInput} takes them out again. */
public final class PlanOutput {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public byte[] toByteArray() {
        return bytes.toByteArray();
    }

    /** The value's lowest eight bits. */
    public void octet(int value) {
        bytes.write(value);
    }

    public void flag(boolean value) {
        octet(value ? 1 : 0);
    }

    public void int32(int value) {
        octet(value >>> 24);
        octet(value >>> 16);
        octet(value >>> 8);
        octet(value);
    }

    public void int64(long value) {
        int32((int) (value >>> 32));
        int32((int) value);
    }

    public void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int32(utf8.length);
        bytes.writeBytes(utf8);
    }

    public void texts(List<String> texts) {
        int32(texts.size());
        for (String text : texts) {
            text(text);
        }
    }

    public void int32s(List<Integer> values) {
        int32(values.size());
        for (int value : values) {
            int32(value);
        }
    }

    public void limits(Map<Resource, Limit> limits) {
        int32(limits.size());
        for (Map.Entry<Resource, Limit> limit : limits.entrySet()) {
            text(limit.getKey().name());
            int64(limit.getValue().soft());
            int64(limit.getValue().hard());
        }
    }
}
