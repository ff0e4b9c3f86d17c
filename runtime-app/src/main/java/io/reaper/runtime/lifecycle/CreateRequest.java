package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code create} and {@code run} are asked for.
 *
 * @param pidFile where the pid of init is written
 * @param newKeyring whether init gets a session keyring of its own
 * @param preservedFds how many descriptors from 3 on the program gets
 */
public record CreateRequest(
        ContainerId id,
        Path bundle,
        Optional<Path> pidFile,
        boolean newKeyring,
        int preservedFds) {}
