package io.reaper.runtime.child;

/** Takes what a program writes, as it comes. */
public interface Sink {

    /**
     * Takes the next part.
     *
     * @param bytes reused for the next part: copy what is kept
     * @param count how many of them are new, from the first on; at least 1
     */
    void take(byte[] bytes, int count);
}
