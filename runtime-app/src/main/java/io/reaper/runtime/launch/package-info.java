/**
 * The init stage as its parent sees it: the command by which the program starts itself, the child
 * and what is said to and heard from it, the pid file. Flags of the new process, such as
 * namespaces, belong here. Not here: what the stage does ({@code init}), which steps it is given
 * ({@code InitPlanner} in {@code lifecycle}).
 */
package io.reaper.runtime.launch;
