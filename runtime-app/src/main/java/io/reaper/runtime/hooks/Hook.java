package io.reaper.runtime.hooks;

import java.util.List;
import java.util.OptionalInt;

/**
 * One program to be run at a moment of the container's life.
 *
 * @param path absolute
 * @param args with argv[0]; empty: the path alone
 * @param env {@code NAME=value}, its whole environment
 * @param timeout seconds after which it is killed, at least 1; empty: never
 */
public record Hook(String path, List<String> args, List<String> env, OptionalInt timeout) {

    public Hook {
        args = List.copyOf(args);
        env = List.copyOf(env);
    }

    List<String> argv() {
        return args.isEmpty() ? List.of(path) : args;
    }
}
