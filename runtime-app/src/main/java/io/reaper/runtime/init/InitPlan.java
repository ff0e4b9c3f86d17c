package io.reaper.runtime.init;

import io.reaper.linux.Rlimits.Limit;
import io.reaper.linux.Rlimits.Resource;
import java.util.List;
import java.util.Map;

/**
 * All the init stage has to do, in its order.
 *
 * @param args of the program; the first names it
 * @param env the program's whole environment
 * @param limits set as the last thing before the program
 */
public record InitPlan(
        List<InitStep> steps, List<String> args, List<String> env, Map<Resource, Limit> limits) {}
