package io.reaper.linux.seam;

import org.graalvm.nativeimage.ImageSingletons;
import org.graalvm.nativeimage.LogHandler;
import org.graalvm.nativeimage.hosted.Feature;

/** Gives an image our {@link CrashLog}; the image builder alone loads this class. */
final class CrashLogFeature implements Feature {

    @Override
    public void afterRegistration(AfterRegistrationAccess access) {
        ImageSingletons.add(LogHandler.class, new CrashLog());
    }
}
