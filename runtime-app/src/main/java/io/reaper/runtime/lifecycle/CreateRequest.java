package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code create} and {@code run} are asked for.
 *
 * @param pidFile where the pid of init is written
 * @param consoleSocket who gets the terminal, if the process has one
 * @param pidfdSocket who gets a pidfd of init
 * @param detached whether the caller returns while the program runs
 * @param newKeyring whether init gets a session keyring of its own
 * @param noPivot whether an isolated container's root is entered without {@code pivot_root}
 * @param preservedFds of how many descriptors from 3 on the program gets the open ones
 */
public record CreateRequest(
        ContainerId id,
        Path bundle,
        Optional<Path> pidFile,
        Optional<Path> consoleSocket,
        Optional<Path> pidfdSocket,
        boolean detached,
        boolean newKeyring,
        boolean noPivot,
        int preservedFds) {}
