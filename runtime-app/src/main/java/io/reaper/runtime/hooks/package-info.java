/**
 * Hooks of config.json as such: their kinds, their order, and how one is run with the state on its
 * standard input. Used outside of the container and by the init stage, so the JDK and the kernel
 * seam must do. Not here: when a container's hooks are run ({@code container}), how they are read
 * ({@code bundle}).
 */
package io.reaper.runtime.hooks;
