/**
 * The steps by which the init stage becomes a container's process: one file each, which says what
 * the step is, when and with what a configuration asks for it, how it is written and read, and how
 * it is done. A new step is its file, its name and its line in {@link
 * io.reaper.runtime.init.step.InitStep}, and its place in the order of the planner.
 *
 * <p>Not here: the order ({@code InitPlanner}), the plan as a whole and the stage that carries it
 * out ({@code init}), the system calls themselves ({@code io.reaper.linux}).
 */
package io.reaper.runtime.init.step;
