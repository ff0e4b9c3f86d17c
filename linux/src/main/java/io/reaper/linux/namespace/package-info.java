/**
 * Namespaces ({@code namespaces(7)}): their types, their files below {@code /proc/PID/ns}, entering
 * and making them. Not here: which ones a container has ({@code io.reaper.runtime.namespace}), the
 * birth of a child in new ones ({@code process}), and what is set up in them.
 */
package io.reaper.linux.namespace;
