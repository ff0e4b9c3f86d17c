package io.reaper.runtime.state;

import io.reaper.contract.ContainerId;

/**
 * A verb that cannot be carried out. The words "container does not exist", "container not running"
 * and "os: process already finished" are those which containerd and podman look for.
 */
public final class ContainerException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public ContainerException(String message) {
        super(message);
    }

    public ContainerException(String message, Throwable cause) {
        super(message, cause);
    }

    public static ContainerException doesNotExist(ContainerId id) {
        return new ContainerException("container does not exist: " + id);
    }

    public static ContainerException notRunning(ContainerId id, Status status) {
        return new ContainerException("container not running: " + id + " is " + status.text());
    }

    public static ContainerException alreadyFinished(ContainerId id) {
        return new ContainerException("os: process already finished: container " + id);
    }

    public static ContainerException notStopped(ContainerId id, Status status) {
        return new ContainerException(
                "cannot delete container " + id + " that is not stopped: " + status.text());
    }
}
