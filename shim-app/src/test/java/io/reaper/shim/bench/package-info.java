/**
 * The benchmark behind scripts/bench.sh: both programs beside the peers that the machine has, in
 * one run, in turns. {@link io.reaper.shim.bench.Bench} is a plain main, no test, and has to run in
 * PID and mount namespaces of its own with a private /run, which bench.sh makes: whatever it leaves
 * running or mounted ends with them. Times are read around system calls of the kernel seam; its own
 * part in them is the same for every peer.
 */
package io.reaper.shim.bench;
