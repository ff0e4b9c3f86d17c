package io.reaper.runtime.state;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.ReaperException;

/**
 * A verb that cannot be carried out. The words "container does not exist", "container not running"
 * and "os: process already finished" are those which containerd and podman look for.
 */
public final class ContainerException extends ReaperException {

    private static final long serialVersionUID = 1;

    public ContainerException(ErrorCode code, String message) {
        super(code, message);
    }

    public ContainerException(ErrorCode code, String message, Throwable cause) {
        super(code, message, cause);
    }

    public static ContainerException doesNotExist(ContainerId id) {
        return new ContainerException(
                ErrorCode.E_CONTAINER_NOT_FOUND, "container does not exist: " + id);
    }

    public static ContainerException notRunning(ContainerId id, Status status) {
        return new ContainerException(
                ErrorCode.E_CONTAINER_NOT_RUNNING,
                "container not running: " + id + " is " + status.text());
    }

    public static ContainerException alreadyFinished(ContainerId id) {
        return new ContainerException(
                ErrorCode.E_PROCESS_FINISHED, "os: process already finished: container " + id);
    }

    public static ContainerException notStopped(ContainerId id, Status status) {
        return new ContainerException(
                ErrorCode.E_CONTAINER_NOT_STOPPED,
                "cannot delete container " + id + " that is not stopped: " + status.text());
    }
}
