package io.reaper.k8s;

/** What a command in a container left; one character for a byte. */
public record ExecResult(int exitCode, String stdout, String stderr) {
    /** Itself, when the exit code is the one expected. */
    public ExecResult expect(int expected) {
        if (exitCode != expected) {
            throw new AssertionError("expected exit code " + expected + ": " + this);
        }
        return this;
    }
}
