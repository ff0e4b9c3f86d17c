/**
 * Network interfaces of the namespace that a thread is in. Not here: entering and making network
 * namespaces ({@code namespace}), and sockets that carry messages ({@code file}).
 */
package io.reaper.linux.network;
