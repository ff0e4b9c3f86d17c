/**
 * The action {@code serve}: the parts of a daemon, put together; when it ends; how it stays small;
 * how it tells what it is at. Not here: what it serves ({@code task}, {@code group}) and by what
 * ({@code ttrpc.server}).
 */
package io.reaper.shim.daemon;
