/**
 * Vert.x as a daemon needs it: one event loop, Unix sockets of the JDK, Netty's complaints in our
 * log. Not here: what runs on it, and what an executable leaves out of it ({@code image}).
 */
package io.reaper.shim.vertx;
