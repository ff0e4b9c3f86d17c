package io.reaper.shim.stdio;

/**
 * The streams that a client asks for, as it spelled them: {@code State} answers them unchanged.
 *
 * @param terminal whether the process gets a terminal; then stderr is empty
 */
public record StdioRequest(String stdin, String stdout, String stderr, boolean terminal) {}
