package io.reaper.linux.seam;

/**
 * Which side of the border this process uses: decided when this class is initialised, for an image
 * while it is built, so that each side is unreachable where the other one works.
 */
public final class Kernels {

    public static final Kernel CURRENT =
            System.getProperty("org.graalvm.nativeimage.imagecode") == null
                    ? new FfmKernel()
                    : new ImageKernel();

    private Kernels() {}
}
