/**
 * The OCI runtime as the shim drives it: its verbs as commands, their deadlines, their errors, its
 * log. Not here: when a verb is due, which is {@code task}'s to know.
 */
package io.reaper.shim.runtime;
