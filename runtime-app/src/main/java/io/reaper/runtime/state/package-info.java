/**
 * The state directory: what is kept of each container, under which lock, as which JSON, and the
 * status that follows from it; also the exception that says that a container, or what is known of
 * it, forbids what was asked, for all who work on containers. Not here: looking for or ending
 * processes ({@code container}), files of the bundle ({@code bundle}).
 */
package io.reaper.runtime.state;
