/**
 * Pseudo-terminals and their modes and sizes. Not here: the session that a terminal controls
 * ({@code process}).
 */
package io.reaper.linux.terminal;
