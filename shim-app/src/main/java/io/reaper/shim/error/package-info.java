/**
 * The one exception that a user or client of the shim is meant to read, with the kinds that
 * containerd knows. Not here: status codes, which {@link io.reaper.shim.ttrpc} has and {@code
 * task.TaskService} chooses, and failures of system calls.
 */
package io.reaper.shim.error;
