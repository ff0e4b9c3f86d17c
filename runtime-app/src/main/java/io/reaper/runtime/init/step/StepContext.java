package io.reaper.runtime.init.step;

import io.reaper.linux.file.FileStat;
import io.reaper.linux.seam.Syscalls;
import java.util.function.IntFunction;

/**
 * What the stage gives its steps.
 *
 * @param syscalls of the thread that becomes the program
 * @param stats what kind of file an open descriptor is
 */
public record StepContext(Syscalls syscalls, IntFunction<FileStat> stats) {}
