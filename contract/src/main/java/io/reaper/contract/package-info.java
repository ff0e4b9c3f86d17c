/**
 * What shim and runtime agree on: settings of the node, ids of containers, {@code exit.json}, files
 * that are replaced as a whole, and how errors are told. Not here: what one of the two programs alone writes ({@code
 * io.reaper.runtime.state}, {@code io.reaper.shim.task}), and anything that Linux decides ({@code
 * io.reaper.linux}).
 */
package io.reaper.contract;
