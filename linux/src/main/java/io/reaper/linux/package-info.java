/**
 * The kernel seam. Three floors: C ({@code seam.c}) below {@link io.reaper.linux.Kernel}; {@link
 * io.reaper.linux.Syscalls}, the system calls by their names in the man pages with raw results; and
 * above it policy in Java's shape ({@link io.reaper.linux.Fd}, {@link io.reaper.linux.Pidfd},
 * {@link io.reaper.linux.Spawner}…), which throws {@link io.reaper.linux.LinuxException}. No other
 * package calls foreign code.
 */
package io.reaper.linux;
