package io.reaper.linux.seam;

/** The machine's instruction set, as far as system calls and struct layouts depend on it. */
public enum Architecture {
    X86_64,
    AARCH64;

    public static final Architecture CURRENT = of(System.getProperty("os.arch"));

    static Architecture of(String name) {
        return switch (name) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default -> throw new UnsupportedOperationException("architecture " + name);
        };
    }
}
