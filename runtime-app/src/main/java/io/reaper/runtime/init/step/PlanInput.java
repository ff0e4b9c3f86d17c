package io.reaper.runtime.init.step;

import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Takes out what {@link PlanOutput} wrote. Every method throws {@link BufferUnderflowException} if
 * the plan ends before its value does.
 */
public final class PlanInput {

    private final ByteBuffer bytes;

    public PlanInput(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
    }

    /** 0 to 255. */
    public int octet() {
        return Byte.toUnsignedInt(bytes.get());
    }

    public boolean flag() {
        return octet() != 0;
    }

    public int int32() {
        return bytes.getInt();
    }

    public long int64() {
        return bytes.getLong();
    }

    /** How many things of a byte or more follow; never more than there can be. */
    public int count() {
        int count = int32();
        if (count < 0 || count > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        return count;
    }

    public String text() {
        byte[] utf8 = new byte[count()];
        bytes.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    public List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (int count = count(); count > 0; count--) {
            texts.add(text());
        }
        return texts;
    }

    public List<Integer> int32s() {
        List<Integer> values = new ArrayList<>();
        for (int count = count(); count > 0; count--) {
            values.add(int32());
        }
        return values;
    }

    /** In the order of the resources' numbers. */
    public Map<Resource, Limit> limits() {
        Map<Resource, Limit> limits = new EnumMap<>(Resource.class);
        for (int count = count(); count > 0; count--) {
            Resource resource = Resource.valueOf(text());
            limits.put(resource, new Limit(int64(), int64()));
        }
        return limits;
    }
}
