/**
 * The command line as a whole: the program with its list of verbs, verbs that are refused,
 * completion, and how errors end. Not here: the verbs and what they share, which are in the
 * packages below and know nothing of this one.
 */
package io.reaper.runtime.cli;
