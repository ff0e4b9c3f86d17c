/**
 * The serving end of TTRPC: a listener, its connections, and answers as frames. Not here: any
 * service; they are {@code task.TaskService} and {@code group.GroupService}.
 */
package io.reaper.shim.ttrpc.server;
