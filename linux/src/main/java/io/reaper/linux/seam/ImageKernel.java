package io.reaper.linux.seam;

import java.nio.ByteBuffer;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.function.CFunction.Transition;
import org.graalvm.nativeimage.c.function.CLibrary;
import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.word.WordFactory;

/**
 * In a native image: {@code libreaper_linux.a}, linked in. Calls that return at once stay in the
 * thread's Java state; those that may wait leave it, so that collections go on meanwhile.
 */
@CLibrary(value = "reaper_linux", requireStatic = true)
final class ImageKernel implements Kernel {

    @CFunction(value = "reaper_syscall", transition = Transition.NO_TRANSITION)
    private static native long prompt(long number, long a, long b, long c, long d, long e, long f);

    @CFunction(value = "reaper_syscall", transition = Transition.TO_NATIVE)
    private static native long waiting(long number, long a, long b, long c, long d, long e, long f);

    @CFunction(value = "reaper_spawn", transition = Transition.TO_NATIVE)
    private static native long spawnChild(long request);

    @CFunction(value = "reaper_exec", transition = Transition.NO_TRANSITION)
    private static native long become(long fd, long path, long argv, long envp);

    @CFunction(value = "reaper_placeholder", transition = Transition.NO_TRANSITION)
    private static native long fileOfPlaceholder();

    @CFunction(value = "reaper_cloexec_from", transition = Transition.NO_TRANSITION)
    private static native long cloexecFrom(long first);

    @CFunction(value = "reaper_restore_limits", transition = Transition.NO_TRANSITION)
    private static native long limitsOfStart();

    @CFunction(value = "reaper_watch_signal", transition = Transition.NO_TRANSITION)
    private static native long tellSignal(long signal, long fd);

    @CFunction(value = "reaper_variable", transition = Transition.NO_TRANSITION)
    private static native long value(long name);

    @CFunction(value = "reaper_allocate", transition = Transition.NO_TRANSITION)
    private static native long zeroed(long size);

    @CFunction(value = "reaper_free", transition = Transition.NO_TRANSITION)
    private static native void release(long address);

    @Override
    public long call(long number, long a, long b, long c, long d, long e, long f) {
        return prompt(number, a, b, c, d, e, f);
    }

    @Override
    public long block(long number, long a, long b, long c, long d, long e, long f) {
        return waiting(number, a, b, c, d, e, f);
    }

    @Override
    public long spawn(long request) {
        return spawnChild(request);
    }

    @Override
    public long exec(long fd, long path, long argv, long envp) {
        return become(fd, path, argv, envp);
    }

    @Override
    public long placeholder() {
        return fileOfPlaceholder();
    }

    @Override
    public long closeOnExecFrom(long first) {
        return cloexecFrom(first);
    }

    @Override
    public long restoreLimits() {
        return limitsOfStart();
    }

    @Override
    public long watchSignal(long signal, long fd) {
        return tellSignal(signal, fd);
    }

    @Override
    public long variable(long name) {
        return value(name);
    }

    @Override
    public long allocate(long size) {
        return zeroed(size);
    }

    @Override
    public void free(long address) {
        release(address);
    }

    @Override
    public ByteBuffer view(long address, int size) {
        return CTypeConversion.asByteBuffer(WordFactory.pointer(address), size);
    }
}
