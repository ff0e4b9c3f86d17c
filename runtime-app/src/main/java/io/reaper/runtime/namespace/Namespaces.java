package io.reaper.runtime.namespace;

import io.reaper.linux.file.Fd;
import io.reaper.runtime.bundle.IsolationSpec;
import java.util.List;
import java.util.Optional;

/** The namespaces of a container, resolved before anything is made. */
public record Namespaces(long newFlags, boolean ownPids) implements AutoCloseable {

    private static final long CLONE_NEWNS = 0x20000;
    private static final long CLONE_NEWUTS = 0x04000000;
    private static final long CLONE_NEWIPC = 0x08000000;
    private static final long CLONE_NEWPID = 0x20000000;
    private static final long CLONE_NEWNET = 0x40000000;

    public static Namespaces resolve(List<IsolationSpec.Namespace> given) {
        long flags = 0;
        for (IsolationSpec.Namespace namespace : given) {
            flags |=
                    switch (namespace.type()) {
                        case "mount" -> CLONE_NEWNS;
                        case "uts" -> CLONE_NEWUTS;
                        case "ipc" -> CLONE_NEWIPC;
                        case "pid" -> CLONE_NEWPID;
                        case "network" -> CLONE_NEWNET;
                        default -> 0;
                    };
        }
        return new Namespaces(flags, (flags & CLONE_NEWPID) != 0);
    }

    /** Descriptors for the stage, behind the gate's. */
    public List<Fd> given() {
        return List.of();
    }

    /** A pid namespace that is there, in which the stage is born. */
    public Optional<Fd> pidNamespace() {
        return Optional.empty();
    }

    @Override
    public void close() {
        // nothing is joined
    }
}
