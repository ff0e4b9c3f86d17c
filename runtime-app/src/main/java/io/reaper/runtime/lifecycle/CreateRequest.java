package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code create} and {@code run} are asked for.
 *
 * @param pidFile where the pid of init is written
 * @param consoleSocket who gets the terminal, if the process has one
 * @param detached whether the caller returns while the program runs
 * @param newKeyring whether init gets a session keyring of its own
 * @param preservedFds of how many descriptors from 3 on the program gets the open ones
 */
public record CreateRequest(
        ContainerId id,
        Path bundle,
        Optional<Path> pidFile,
        Optional<Path> consoleSocket,
        boolean detached,
        boolean newKeyring,
        int preservedFds) {}
