/**
 * The standard streams of a process: FIFOs, loggers, terminals, and what is copied between them.
 * Not here: whose streams they are, and when they are closed, which {@code task} and {@code exec}
 * know.
 */
package io.reaper.shim.stdio;
