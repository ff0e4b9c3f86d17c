package io.reaper.shim.ttrpc;

import com.google.protobuf.MessageLite;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Methods that a server serves, under one or more service names. */
public interface TtrpcService {

    /** Full names, e.g. containerd.task.v2.Task. */
    Set<String> names();

    /**
     * Serves one call. Runs on a virtual thread of its own, so it may block in Java; not in a
     * system call that may wait, which would hold one of the few threads that carry all of them. An
     * answer that may take days (Wait) is better returned as a pending stage, which costs no
     * thread.
     *
     * <p>A {@link TtrpcException}, thrown or in the stage, becomes the status of the response
     * ({@link Call#unimplemented()} for an unknown method); any other exception becomes UNKNOWN
     * with its message.
     */
    CompletionStage<? extends MessageLite> call(Call call);
}
