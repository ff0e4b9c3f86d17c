package io.reaper.shim.task;

import io.reaper.proto.task.CreateTaskRequest;
import java.nio.file.Path;

/**
 * Whose shim this is and what it drives.
 *
 * @param namespace of containerd
 * @param runtime as configured: a path or a bare name
 * @param runtimeRoot where the runtime keeps its state
 */
public record ShimIdentity(String namespace, String runtime, Path runtimeRoot) {

    ShimRecord record(Task task, CreateTaskRequest request) {
        ShimRecord.Options options =
                ShimRecord.Options.of(
                        request.getOptions().getTypeUrl(),
                        request.getOptions().getValue().toByteArray());
        return new ShimRecord(
                task.id().value(),
                namespace,
                runtime,
                runtimeRoot,
                task.stdio(),
                options,
                request.getRootfsCount() > 0,
                0,
                0,
                false);
    }
}
