package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code exec} is asked for.
 *
 * @param pidFile where the pid of the process is written
 * @param consoleSocket who gets the terminal, if the process has one
 * @param pidfdSocket who gets a pidfd of the process
 * @param preservedFds of how many descriptors from 3 on the program gets the open ones
 * @param detached whether the caller returns while the program runs
 * @param ignorePaused also where the container is frozen: it goes on when that has an end
 */
public record ExecRequest(
        ContainerId id,
        ExecProcess process,
        Optional<Path> pidFile,
        Optional<Path> consoleSocket,
        Optional<Path> pidfdSocket,
        int preservedFds,
        boolean detached,
        boolean ignorePaused) {}
