package io.reaper.k8s;

import java.time.Duration;
import java.util.OptionalInt;

/** Streams to a process in a container: of a command, or of an attached container. */
public interface Session extends AutoCloseable {
    void type(String text);

    /** Sets the terminal's size. */
    void resize(int columns, int rows);

    /** All that came until now: standard output and standard error, one character for a byte. */
    String output();

    /** Waits until this text is among the output; fails past the deadline. */
    void awaitOutput(String text, Duration deadline);

    /** Waits for the other side's end: the exit code of a command, empty where none is told. */
    OptionalInt awaitEnd(Duration deadline);

    /** Detaches. */
    @Override
    void close();
}
