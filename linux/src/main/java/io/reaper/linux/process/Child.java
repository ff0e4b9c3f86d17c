package io.reaper.linux.process;

/** A spawned process; whoever spawned it reaps it and closes the pidfd. */
public record Child(int pid, Pidfd pidfd) {}
