/**
 * Control groups, of both versions: where their hierarchies are mounted, which ones a process is
 * in, their making, files, freezing, killing and removal. Not here: whose a group is and how it is
 * named ({@code io.reaper.runtime}), and what its figures mean ({@code io.reaper.shim.stats}).
 */
package io.reaper.linux.cgroup;
