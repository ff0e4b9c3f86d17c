/**
 * The action {@code delete}: what is left of a container whose daemon is gone. Not here: an
 * ordinary Delete, which is {@code task.Deletion}.
 */
package io.reaper.shim.delete;
