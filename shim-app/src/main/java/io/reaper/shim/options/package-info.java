/**
 * Settings that a client chooses for its containers: the options of containerd's runtime handler,
 * checked. Not here: the node's own settings, which shim and runtime share ({@code
 * io.reaper.contract.Settings}).
 */
package io.reaper.shim.options;
