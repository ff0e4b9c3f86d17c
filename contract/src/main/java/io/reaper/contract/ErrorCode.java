package io.reaper.contract;

import io.reaper.linux.seam.LinuxException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * What an error is called, in the logs of both programs. A name is never changed and never used for
 * something else: whoever watches a node compares with it. {@code docs/errors.md} tells what each
 * means.
 */
public enum ErrorCode {
    // a command line, a setting, or what a caller hands over
    E_USAGE,
    E_SETTING_INVALID,
    E_ID_INVALID,
    E_CONFIG_INVALID,
    E_CONFIG_UNSUPPORTED,
    E_CONFIG_EXISTS,
    E_CONSOLE_INVALID,
    E_PROCESS_INVALID,
    E_SIGNAL_UNKNOWN,
    E_DESCRIPTOR_CLOSED,
    E_NOT_SUPPORTED,

    // a container and what can be done with it
    E_ID_IN_USE,
    E_CONTAINER_NOT_FOUND,
    E_CONTAINER_NOT_CREATED,
    E_CONTAINER_NOT_RUNNING,
    E_CONTAINER_NOT_STOPPED,
    E_CONTAINER_NOT_READY,
    E_CONTAINER_PAUSED,
    E_CONTAINER_DELETED,
    E_PROCESS_FINISHED,
    E_PROCESS_LIVES,
    E_STATE_DAMAGED,
    E_CGROUP_INVALID,
    E_CGROUP_IN_USE,
    E_HOOK_REFUSED,
    E_HOOK_FAILED,
    E_PROGRAM_NOT_FOUND,
    E_PROGRAM_REFUSED,
    E_INIT_FAILED,
    E_INIT_ENDED,
    E_PS_FAILED,

    // a task of the shim
    E_REQUEST_INVALID,
    E_OPTIONS_INVALID,
    E_BUNDLE_INVALID,
    E_STDIO_INVALID,
    E_LOGGER_FAILED,
    E_EXEC_IN_USE,
    E_EXEC_NOT_FOUND,
    E_EXEC_NOT_READY,
    E_RUNTIME_NOT_FOUND,
    E_RUNTIME_FAILED,
    E_RUNTIME_SLOW,
    E_RUNTIME_ANSWER,
    E_DAEMON_FAILED,

    // a connection of the shim
    E_CALL_INVALID,
    E_CALL_UNKNOWN,
    E_CALL_TOO_LARGE,
    E_CALL_OVERDUE,
    E_CALL_REFUSED,
    E_PEER_LOST,
    E_PEER_FAILED,

    // the machine, or a mistake of ours
    E_SYSTEM,
    E_NO_MEMORY,
    E_INTERNAL;

    /** That of anything thrown: {@link #E_INTERNAL} for what nobody expected. */
    public static ErrorCode of(Throwable error) {
        return switch (error) {
            case ReaperException known -> known.code();
            case LinuxException failed -> E_SYSTEM;
            case UncheckedIOException failed -> E_SYSTEM;
            case OutOfMemoryError full -> E_NO_MEMORY;
            default -> E_INTERNAL;
        };
    }

    /** The code with a name, if this version knows it. */
    public static Optional<ErrorCode> named(String name) {
        for (ErrorCode code : values()) {
            if (code.name().equals(name)) {
                return Optional.of(code);
            }
        }
        return Optional.empty();
    }
}
