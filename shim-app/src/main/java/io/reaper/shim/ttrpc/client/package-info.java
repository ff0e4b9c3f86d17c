/**
 * The calling end of TTRPC: on the event loop for the daemon, which sends events, and on the
 * caller's thread for actions that end soon. Not here: what is called.
 */
package io.reaper.shim.ttrpc.client;
