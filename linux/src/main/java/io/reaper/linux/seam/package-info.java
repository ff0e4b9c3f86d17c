/**
 * The border to the kernel: C ({@code seam.c}) below {@link io.reaper.linux.seam.Kernel}, and
 * {@link io.reaper.linux.seam.Syscalls}, the calls by their names in the man pages with raw
 * results; numbers, flags, layouts and errors that they share. No policy: what a call is used for
 * lies in the packages beside this one, all of which build on it. A new system call starts here.
 */
package io.reaper.linux.seam;
