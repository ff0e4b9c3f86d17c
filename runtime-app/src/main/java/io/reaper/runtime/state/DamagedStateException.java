package io.reaper.runtime.state;

import java.nio.file.Path;

/** A state.json that cannot be read. */
public final class DamagedStateException extends RuntimeException {

    private static final long serialVersionUID = 1;

    DamagedStateException(Path file, String problem) {
        super(file + ": damaged: " + problem + " (delete --force removes the container)");
    }
}
