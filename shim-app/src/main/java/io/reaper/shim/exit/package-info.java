/**
 * How processes end. The shim is the parent of every container's processes: here they are adopted,
 * reaped and their exits handed on ({@code Reaper}), by the one thread that waits for the kernel
 * ({@code KernelEvents}). Not here: what follows an exit in the life of a container, which is
 * {@code task.Epilogue}.
 */
package io.reaper.shim.exit;
