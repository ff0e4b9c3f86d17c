package io.reaper.linux;

/** Which side of the border this process uses: decided when this class is initialised. */
final class Kernels {

    static final Kernel CURRENT = new FfmKernel();

    private Kernels() {}
}
