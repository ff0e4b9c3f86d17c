/**
 * Descriptors, files, directories and Unix sockets: {@link io.reaper.linux.file.Fd} owns a
 * descriptor, {@link io.reaper.linux.file.LinuxFiles} reads and removes without following links.
 * Not here: waiting for descriptors ({@code event}), pidfds ({@code process}), terminals.
 */
package io.reaper.linux.file;
