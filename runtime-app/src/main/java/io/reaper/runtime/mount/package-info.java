/**
 * The container's mounts: what the words of {@code mounts[].options} mean, what {@code create}
 * refuses before anything is made, and how the init stage makes one mount below the container's
 * root. Not here: the root itself, devices, masked paths, and the kernel's calls ({@code
 * io.reaper.linux.mount}).
 */
package io.reaper.runtime.mount;
