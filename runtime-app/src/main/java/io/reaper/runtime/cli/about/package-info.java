/**
 * What the program says of itself: version, commit, and by {@code features} what of config.json has
 * an effect; a new property that is applied is told here. Not here: help of the verbs, which is
 * beside each.
 */
package io.reaper.runtime.cli.about;
