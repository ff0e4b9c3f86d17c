package io.reaper.shim.exit;

import io.reaper.linux.process.ExitStatus;
import java.time.Instant;
import java.util.List;

/**
 * The end of a child.
 *
 * @param at the moment of reaping
 * @param orphans processes that became our children through this end, by all appearances its own
 */
public record Exit(int pid, ExitStatus status, Instant at, List<ChildProcess> orphans) {}
