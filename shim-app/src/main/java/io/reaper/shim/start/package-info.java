/**
 * The action {@code start}: finds a group's daemon or leaves a new one behind, and prints its
 * address. Not here: what the new daemon does ({@code daemon}), and the socket and the channel that
 * both know ({@code group}).
 */
package io.reaper.shim.start;
