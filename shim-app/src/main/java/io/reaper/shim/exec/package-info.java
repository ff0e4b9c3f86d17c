/**
 * One further process of a container: its id, what it is to run, its stages, and the table of those
 * that a container has. Not here: what clients can do to execs, which needs the container ({@code
 * task.Execs}).
 */
package io.reaper.shim.exec;
