/**
 * The shim, {@code containerd-shim-reaper-v2}. Here is its entry alone; each subject has a package,
 * and the arrows between them go down only:
 *
 * <ol>
 *   <li>{@code cli}: the command line, which has an action for each way in which containerd runs
 *       the program;
 *   <li>{@code start}, {@code daemon}, {@code delete}: these actions;
 *   <li>{@code task}, and {@code exec} below it: containers, and the further processes in them;
 *   <li>{@code group}, {@code event}, {@code input}, {@code bundle}: who shares a daemon, what
 *       containerd is told, what it asks with, what lies on disk;
 *   <li>{@code runtime}, {@code stdio}, {@code stats}, {@code rootfs}, {@code options}, {@code
 *       exit}: what a task is made of;
 *   <li>{@code ttrpc} and {@code vertx}: the transport, which knows of no task;
 *   <li>{@code log}, {@code error}: used by all.
 * </ol>
 *
 * <p>The way of a Task call: {@code ttrpc.server.ServerConnection} takes it from the socket, {@code
 * task.TaskService} decodes it, {@code task.Tasks} (of an exec: {@code task.Execs}) does it, for
 * the most part by {@code runtime.RuntimeClient}; {@code event.TaskEvents} tells of it.
 */
package io.reaper.shim;
