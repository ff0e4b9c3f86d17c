/**
 * What the shim writes into a bundle for the time after its own death. Not here: {@code exit.json},
 * which the runtime reads too ({@code io.reaper.contract}), and the file {@code address}, which is
 * {@code group.ShimSocket}'s.
 */
package io.reaper.shim.bundle;
