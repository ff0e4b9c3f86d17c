package io.reaper.shim.event;

import com.google.protobuf.MessageLite;
import io.reaper.proto.events.TaskCheckpointed;
import io.reaper.proto.events.TaskCreate;
import io.reaper.proto.events.TaskDelete;
import io.reaper.proto.events.TaskExecAdded;
import io.reaper.proto.events.TaskExecStarted;
import io.reaper.proto.events.TaskExit;
import io.reaper.proto.events.TaskOOM;
import io.reaper.proto.events.TaskPaused;
import io.reaper.proto.events.TaskResumed;
import io.reaper.proto.events.TaskStart;

/** What containerd's shims publish (containerd docs/runtime-v2.md), with the message of each. */
public enum Topic {
    CREATE("/tasks/create", TaskCreate.class),
    START("/tasks/start", TaskStart.class),
    EXIT("/tasks/exit", TaskExit.class),
    DELETE("/tasks/delete", TaskDelete.class),
    OOM("/tasks/oom", TaskOOM.class),
    EXEC_ADDED("/tasks/exec-added", TaskExecAdded.class),
    EXEC_STARTED("/tasks/exec-started", TaskExecStarted.class),
    PAUSED("/tasks/paused", TaskPaused.class),
    RESUMED("/tasks/resumed", TaskResumed.class),
    CHECKPOINTED("/tasks/checkpointed", TaskCheckpointed.class);

    private final String path;
    private final Class<? extends MessageLite> message;

    Topic(String path, Class<? extends MessageLite> message) {
        this.path = path;
        this.message = message;
    }

    /** As it travels, e.g. /tasks/exit. */
    public String path() {
        return path;
    }

    /**
     * The message's full name without a host before it: callers compare it exactly
     * (containerd/typeurl).
     */
    public String typeUrl() {
        return "containerd.events." + message.getSimpleName();
    }

    /** Whether this is the message of the topic. */
    public boolean takes(MessageLite event) {
        return message.isInstance(event);
    }
}
