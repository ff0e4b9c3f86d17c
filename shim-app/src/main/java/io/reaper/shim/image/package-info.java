/**
 * What a native image leaves out of its libraries. These classes say so to the image builder; on
 * the JVM nothing loads them.
 */
package io.reaper.shim.image;
