/**
 * What a container uses: figures from control groups and processes, put into containerd's messages.
 * Not here: which groups are the container's, which {@code task} remembers.
 */
package io.reaper.shim.stats;
