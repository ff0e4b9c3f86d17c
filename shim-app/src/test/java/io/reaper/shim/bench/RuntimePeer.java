package io.reaper.shim.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An OCI runtime that is compared. */
record RuntimePeer(String name, Path program) {

    /** A verb's command line; every runtime has a directory of its own for states, in memory. */
    List<String> line(String... arguments) {
        List<String> line = new ArrayList<>();
        line.add(program.toString());
        line.addAll(List.of("--root", "/run/bench-" + name));
        line.addAll(List.of(arguments));
        return line;
    }
}
