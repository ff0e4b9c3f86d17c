/**
 * A container from outside, once it is there: which processes are its own, how they are signalled
 * and ended, and which of its hooks run at which moment of its life. Not here: the order of a
 * verb's work ({@code lifecycle}), what is kept on disk ({@code state}).
 */
package io.reaper.runtime.container;
