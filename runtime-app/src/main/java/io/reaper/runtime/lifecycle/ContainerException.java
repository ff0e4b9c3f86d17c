package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.runtime.state.Status;

/**
 * A verb that cannot be carried out. The words "container does not exist", "container not running"
 * and "os: process already finished" are those which containerd and podman look for.
 */
public final class ContainerException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ContainerException(String message) {
        super(message);
    }

    ContainerException(String message, Throwable cause) {
        super(message, cause);
    }

    public static ContainerException doesNotExist(ContainerId id) {
        return new ContainerException("container does not exist: " + id);
    }

    static ContainerException notRunning(ContainerId id, Status status) {
        return new ContainerException("container not running: " + id + " is " + status.text());
    }

    static ContainerException alreadyFinished(ContainerId id) {
        return new ContainerException("os: process already finished: container " + id);
    }

    static ContainerException notStopped(ContainerId id, Status status) {
        return new ContainerException(
                "cannot delete container " + id + " that is not stopped: " + status.text());
    }
}
