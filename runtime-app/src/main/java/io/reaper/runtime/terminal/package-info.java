/**
 * Terminals from the caller's side: the console of a new process, and for verbs that stay in the
 * foreground what is typed, shown and signalled. Not here: how the process itself takes its
 * terminal, a step of the init stage ({@code init}).
 */
package io.reaper.runtime.terminal;
