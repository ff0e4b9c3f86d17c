/**
 * Processes: starting one, becoming another program, what {@code /proc} tells, pidfds, limits,
 * scheduling, and what a process says about itself with prctl. Not here: credentials, and the
 * groups that processes live in ({@code cgroup}).
 */
package io.reaper.linux.process;
