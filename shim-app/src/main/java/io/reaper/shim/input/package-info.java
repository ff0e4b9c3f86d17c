/**
 * What containerd gives to a call of the program: flags in Go's syntax and standard input. Not
 * here: what is done with it, which is {@code start}, {@code daemon} and {@code delete}; nor
 * picocli's commands, which are {@code cli}'s and theirs.
 */
package io.reaper.shim.input;
