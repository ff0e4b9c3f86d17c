package io.reaper.linux.seam;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;

/** On the JVM: {@code libreaper_linux.so} through {@code java.lang.foreign}. */
@SuppressWarnings("restricted") // the one place that calls foreign code
final class FfmKernel implements Kernel {

    /** Where the shared library lies; without it, the copy in the jar is used. */
    static final String LIBRARY_PROPERTY = "reaper.linux.library";

    private static final String LIBRARY = "libreaper_linux.so";
    private static final SymbolLookup SYMBOLS = load();
    private static final MethodHandle SYSCALL = function("reaper_syscall", 7);
    private static final MethodHandle SPAWN = function("reaper_spawn", 1);
    private static final MethodHandle EXEC = function("reaper_exec", 4);
    private static final MethodHandle PLACEHOLDER = function("reaper_placeholder", 0);
    private static final MethodHandle CLOEXEC_FROM = function("reaper_cloexec_from", 1);
    private static final MethodHandle RESTORE_LIMITS = function("reaper_restore_limits", 0);
    private static final MethodHandle WATCH_SIGNAL = function("reaper_watch_signal", 2);
    private static final MethodHandle VARIABLE = function("reaper_variable", 1);
    private static final MethodHandle ALLOCATE = function("reaper_allocate", 1);
    private static final MethodHandle FREE =
            Linker.nativeLinker()
                    .downcallHandle(
                            SYMBOLS.findOrThrow("reaper_free"),
                            FunctionDescriptor.ofVoid(JAVA_LONG));

    private static MethodHandle function(String name, int arguments) {
        MemoryLayout[] longs =
                Collections.nCopies(arguments, JAVA_LONG).toArray(MemoryLayout[]::new);
        return Linker.nativeLinker()
                .downcallHandle(SYMBOLS.findOrThrow(name), FunctionDescriptor.of(JAVA_LONG, longs));
    }

    private static SymbolLookup load() {
        String installed = System.getProperty(LIBRARY_PROPERTY);
        if (installed != null) {
            return SymbolLookup.libraryLookup(Path.of(installed), Arena.global());
        }
        try (InputStream packed = FfmKernel.class.getResourceAsStream(LIBRARY)) {
            if (packed == null) {
                throw new IllegalStateException(LIBRARY + " is not on the class path");
            }
            Path copy = Files.createTempFile("libreaper_linux", ".so");
            try {
                Files.write(copy, packed.readAllBytes());
                return SymbolLookup.libraryLookup(copy, Arena.global());
            } finally {
                Files.delete(copy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("unpack " + LIBRARY, e);
        }
    }

    @Override
    public long call(long number, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) SYSCALL.invokeExact(number, a, b, c, d, e, f);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long block(long number, long a, long b, long c, long d, long e, long f) {
        return call(number, a, b, c, d, e, f);
    }

    @Override
    public long spawn(long request) {
        try {
            return (long) SPAWN.invokeExact(request);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long exec(long fd, long path, long argv, long envp) {
        try {
            return (long) EXEC.invokeExact(fd, path, argv, envp);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long placeholder() {
        try {
            return (long) PLACEHOLDER.invokeExact();
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long closeOnExecFrom(long first) {
        try {
            return (long) CLOEXEC_FROM.invokeExact(first);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long restoreLimits() {
        try {
            return (long) RESTORE_LIMITS.invokeExact();
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long watchSignal(long signal, long fd) {
        try {
            return (long) WATCH_SIGNAL.invokeExact(signal, fd);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long variable(long name) {
        try {
            return (long) VARIABLE.invokeExact(name);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long allocate(long size) {
        try {
            return (long) ALLOCATE.invokeExact(size);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public void free(long address) {
        try {
            FREE.invokeExact(address);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public ByteBuffer view(long address, int size) {
        return MemorySegment.ofAddress(address).reinterpret(size).asByteBuffer();
    }

    /** A C function throws nothing; the handle's signature is checked when it is first called. */
    private static AssertionError unexpected(Throwable t) {
        return new AssertionError(t);
    }
}
