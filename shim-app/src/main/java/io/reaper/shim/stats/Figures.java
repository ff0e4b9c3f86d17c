package io.reaper.shim.stats;

import io.reaper.linux.cgroup.GroupFiles;
import java.util.Optional;

/**
 * What is known of a container's use; what is empty is not known.
 *
 * @param tasks processes and their threads, as the controller {@code pids} counts them
 * @param taskLimit {@link GroupFiles#UNLIMITED} for none
 */
record Figures(Optional<CpuTime> cpu, MemoryUse memory, long tasks, Optional<Long> taskLimit) {}
