package io.reaper.shim.input;

import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.InvalidIdException;
import io.reaper.contract.Settings;
import io.reaper.contract.WorkingDirectory;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.log.ShimLog;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The flags that containerd gives to every action, and those the shim gives to its daemon. */
public final class ShimFlags {

    @Option(
            names = "--namespace",
            defaultValue = "",
            description = "containerd's namespace of the container")
    private String namespace;

    @Option(
            names = "--id",
            defaultValue = "",
            description = "id of the container; daemon: of its group")
    private String id;

    @Option(names = "--address", defaultValue = "", description = "containerd's main socket")
    private String address;

    @Option(
            names = "--bundle",
            defaultValue = "",
            description = "the container's bundle; default: the working directory")
    private String bundle;

    @Option(
            names = "--debug",
            arity = "1",
            defaultValue = "false",
            description = "more in REAPER_SHIM_LOG")
    private boolean debug;

    @Option(names = "--socket", defaultValue = "", description = "daemon: the socket to serve on")
    private String socket;

    @Option(
            names = "--ttrpc-address",
            defaultValue = "",
            description = "daemon: where events go; default: TTRPC_ADDRESS")
    private String ttrpcAddress;

    @Option(
            names = "--start-fd",
            defaultValue = "-1",
            description = "daemon: the descriptor that leads to start")
    private int startFd;

    @Option(
            names = "--expect",
            defaultValue = "",
            description = "daemon: id of its first container; default: the group's")
    private String expect;

    public String namespace() {
        return namespace;
    }

    /**
     * The container's id; a daemon's is that of its group.
     *
     * @throws ShimException INVALID_ARGUMENT if it is missing or no container id
     */
    public ContainerId id() {
        return containerId("-id", id);
    }

    /**
     * The id of a daemon's first container.
     *
     * @throws ShimException INVALID_ARGUMENT if it is no container id
     */
    public ContainerId expect() {
        return expect.isEmpty() ? id() : containerId("-expect", expect);
    }

    private static ContainerId containerId(String flag, String value) {
        try {
            return ContainerId.of(value);
        } catch (InvalidIdException e) {
            throw new ShimException(
                    ErrorCode.E_USAGE,
                    ShimException.Kind.INVALID_ARGUMENT,
                    flag + ": " + e.getMessage(),
                    e);
        }
    }

    public String address() {
        return address;
    }

    public boolean debug() {
        return debug;
    }

    /** Absolute; relative ones begin at the working directory, which has to be there. */
    public Path bundle() {
        return WorkingDirectory.check(Path.of(bundle)).toAbsolutePath().normalize();
    }

    public Path socket() {
        if (!socket.startsWith("/")) {
            throw ShimException.invalid(ErrorCode.E_USAGE, "-socket: an absolute path is needed");
        }
        return Path.of(socket);
    }

    public String ttrpcAddress() {
        return ttrpcAddress.isEmpty()
                ? Optional.ofNullable(System.getenv("TTRPC_ADDRESS")).orElse("")
                : ttrpcAddress;
    }

    public Optional<Integer> startFd() {
        return startFd < 0 ? Optional.empty() : Optional.of(startFd);
    }

    public ShimLog openLog(Settings settings) {
        return ShimLog.open(settings.shimLog(), Optional.of(bundle()), namespace, id, debug);
    }
}
