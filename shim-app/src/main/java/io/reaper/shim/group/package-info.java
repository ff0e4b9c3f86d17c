/**
 * Containers that share a daemon, and how the short-lived actions find it and talk to it: the key,
 * the socket with its lock, the service of our own on it, and the channel between {@code start} and
 * a new daemon. Not here: the daemon itself ({@code daemon}) and containerd's own service ({@code
 * task}).
 */
package io.reaper.shim.group;
