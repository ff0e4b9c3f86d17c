/**
 * TTRPC as bytes: frames and how they are found in a stream, and the budget of a request. Not here:
 * connections.
 */
package io.reaper.shim.ttrpc.wire;
