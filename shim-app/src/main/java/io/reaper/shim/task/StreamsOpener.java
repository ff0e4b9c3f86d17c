package io.reaper.shim.task;

import io.reaper.shim.stdio.ProcessStreams;
import io.reaper.shim.stdio.StdioRequest;
import io.reaper.shim.stdio.StreamContext;
import io.reaper.shim.stdio.StreamOwner;

/**
 * Opens the standard streams of a process.
 *
 * @param namespace of containerd
 */
record StreamsOpener(String namespace, StreamContext context) {

    ProcessStreams open(Task task, StdioRequest request) {
        StreamOwner owner = new StreamOwner(namespace, task.id().value());
        return ProcessStreams.open(request, owner, context.with(task.log()));
    }
}
