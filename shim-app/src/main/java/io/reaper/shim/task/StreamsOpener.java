package io.reaper.shim.task;

import io.reaper.shim.log.ShimLog;
import io.reaper.shim.stdio.ProcessStreams;
import io.reaper.shim.stdio.ReaderWatch;
import io.reaper.shim.stdio.StdioRequest;

/** Opens the standard streams of a process. */
record StreamsOpener(ReaderWatch readers, ShimLog log) {

    ProcessStreams open(Task task, String process, StdioRequest request) {
        return ProcessStreams.open(request, readers, log);
    }
}
