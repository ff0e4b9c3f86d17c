/**
 * Device nodes of a container and the links of its /dev: which there are, by configuration and by
 * the specification's list, and their making below the container's root.
 *
 * <p>Not here: /dev/console and the terminal ({@code terminal}), what is mounted on /dev and below
 * it ({@code mount}).
 */
package io.reaper.runtime.device;
