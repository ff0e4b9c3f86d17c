package io.reaper.shim.stdio;

/**
 * Whose streams they are.
 *
 * @param namespace of containerd
 * @param containerId also for the streams of an exec
 */
public record StreamOwner(String namespace, String containerId) {}
