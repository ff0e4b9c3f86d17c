/**
 * Mounts: those of the host that are made for a bundle and taken away again, and the kernel's mount
 * API of descriptors, with which those of a container are made. Not here: what lies in mount points
 * ({@code file}), and what the words of a configuration mean.
 */
package io.reaper.linux.mount;
