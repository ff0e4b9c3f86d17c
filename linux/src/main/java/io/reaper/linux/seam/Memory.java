package io.reaper.linux.seam;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Zeroed memory outside the heap that the kernel reads and writes; freed by {@link #close}. */
public final class Memory implements AutoCloseable {

    private final long address;
    private final ByteBuffer bytes;

    private Memory(int size) {
        int allocated = Math.max(size, 1);
        address = Kernels.CURRENT.allocate(allocated);
        if (address == 0) {
            throw new OutOfMemoryError("malloc of " + allocated + " bytes");
        }
        bytes = Kernels.CURRENT.view(address, allocated).order(ByteOrder.nativeOrder());
    }

    public static Memory of(int size) {
        return new Memory(size);
    }

    /**
     * A C string, UTF-8.
     *
     * @throws IllegalArgumentException if {@code text} holds a NUL, which would end it early
     */
    public static Memory string(String text) {
        byte[] utf8 = encode(text);
        Memory memory = new Memory(utf8.length + 1);
        memory.bytes.put(0, utf8);
        return memory;
    }

    /** A null-terminated array of C strings in one block: {@code argv}, {@code envp}. */
    public static Memory strings(List<String> texts) {
        int pointers = Long.BYTES * (texts.size() + 1);
        byte[][] encoded = new byte[texts.size()][];
        int size = pointers;
        for (int i = 0; i < encoded.length; i++) {
            encoded[i] = encode(texts.get(i));
            size = Math.addExact(size, encoded[i].length + 1);
        }
        Memory memory = new Memory(size);
        int at = pointers;
        for (int i = 0; i < encoded.length; i++) {
            memory.bytes.putLong(i * Long.BYTES, memory.address + at);
            memory.bytes.put(at, encoded[i]);
            at += encoded[i].length + 1;
        }
        return memory;
    }

    private static byte[] encode(String text) {
        if (text.indexOf('\0') >= 0) {
            // not the text: it may be a variable that is nobody's business
            throw new IllegalArgumentException("NUL character in a text for the kernel");
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public long address() {
        return address;
    }

    /** Native byte order; use absolute puts and gets. */
    public ByteBuffer bytes() {
        return bytes;
    }

    @Override
    public void close() {
        Kernels.CURRENT.free(address);
    }
}
