package io.reaper.linux.seam;

import org.graalvm.nativeimage.LogHandler;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.function.CFunction.Transition;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.word.UnsignedWord;

/**
 * What a native image's virtual machine says of its own end (no memory left, a fault) becomes one
 * line on standard error instead of a dump of some two hundred, which no caller of ours can read.
 * Called where nothing may be allocated: all is done in {@code start.c}.
 */
final class CrashLog implements LogHandler {

    @CFunction(value = "reaper_crash_text", transition = Transition.NO_TRANSITION)
    private static native void text();

    @CFunction(value = "reaper_crash_end", transition = Transition.NO_TRANSITION)
    private static native void end();

    @Override
    public void log(CCharPointer bytes, UnsignedWord length) {
        text();
    }

    @Override
    public void flush() {
        // each line is written at once
    }

    /** With status 1; with a core dump where the caller's limits allow one ({@code core(5)}). */
    @Override
    public void fatalError() {
        end();
    }
}
