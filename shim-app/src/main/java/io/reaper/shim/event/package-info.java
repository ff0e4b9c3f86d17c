/**
 * What containerd is told without asking: the events of a container's life, their order ({@code
 * Lane}), and the queue that delivers them. Not here: the transitions that they tell of, which are
 * {@code task.Task}'s and {@code exec.ExecTask}'s.
 */
package io.reaper.shim.event;
