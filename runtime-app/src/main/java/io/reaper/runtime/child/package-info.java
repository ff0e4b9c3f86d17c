/**
 * Programs that are run to their end, with their input given and their output taken: hooks and
 * ps(1). Not here: a container's processes, which outlive the call ({@code launch}).
 */
package io.reaper.runtime.child;
