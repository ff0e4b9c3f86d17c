/**
 * The command line: the tree of commands, and what the program says of itself ({@code -info},
 * {@code -v}, help). Not here: the actions, which have a package each, and the syntax of flags
 * ({@code input}).
 */
package io.reaper.shim.cli;
