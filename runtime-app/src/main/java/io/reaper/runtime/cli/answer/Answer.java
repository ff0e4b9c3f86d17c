package io.reaper.runtime.cli.answer;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;

/** What a verb says on standard output. */
public final class Answer {

    private Answer() {}

    /**
     * All of it at once.
     *
     * @throws UncheckedIOException if it cannot be written: a caller must not take half for all
     */
    public static void print(byte[] text) {
        PrintStream out = System.out;
        out.write(text, 0, text.length);
        if (out.checkError()) {
            throw new UncheckedIOException(new IOException("standard output cannot be written"));
        }
    }
}
