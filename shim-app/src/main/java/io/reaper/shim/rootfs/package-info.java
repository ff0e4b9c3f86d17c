/**
 * Mounts of an image on a bundle's rootfs. Not here: mounts of config.json, which are the
 * runtime's.
 */
package io.reaper.shim.rootfs;
