/**
 * Mounts of the host that are made for a bundle and taken away again. Not here: what lies in mount
 * points ({@code file}), and mounts inside of a container.
 */
package io.reaper.linux.mount;
