/**
 * The root file system of a container with a mount namespace of its own, as the init stage makes
 * it: the tree of mounts that becomes "/", how "/" becomes it, and what is hidden or protected
 * there. From the moment the tree is attached on, everything is reached from its descriptor.
 *
 * <p>Not here: mounts that a configuration lists ({@code mount}), device nodes ({@code device}),
 * the order of all that ({@code InitPlanner}), the calls themselves ({@code
 * io.reaper.linux.mount}).
 */
package io.reaper.runtime.rootfs;
