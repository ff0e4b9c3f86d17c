package io.reaper.runtime.init.step;

import io.reaper.linux.file.FileStat;
import io.reaper.linux.seam.Syscalls;
import java.util.function.IntFunction;

/**
 * What the stage gives its steps.
 *
 * @param syscalls of the thread that becomes the program
 * @param stats what kind of file an open descriptor is
 * @param files what steps leave for each other
 * @param parent who started it
 */
public record StepContext(
        Syscalls syscalls, IntFunction<FileStat> stats, StageFiles files, StageParent parent) {}
