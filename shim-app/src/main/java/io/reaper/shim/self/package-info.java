/**
 * This very program: how it is run again, where it lies, and what of its environment is for others,
 * too. Not here: what containerd says to it ({@code input}).
 */
package io.reaper.shim.self;
