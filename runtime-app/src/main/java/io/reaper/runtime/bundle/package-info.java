/**
 * What a bundle asks for: config.json and files of its kind are read and checked, and become a
 * {@code Spec}; the config.json that {@code spec} writes. A new property begins here. Not here:
 * what is done with it; the planner in {@code lifecycle} and, of hooks, {@code hooks} know that.
 */
package io.reaper.runtime.bundle;
