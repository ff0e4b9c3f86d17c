package io.reaper.shim.runtime;

import com.google.protobuf.Any;
import io.reaper.shim.log.ShimLog;

/** Chooses a container's runtime. */
public interface Runtimes {

    /**
     * The one for a container with these options of its client.
     *
     * @param log the container's
     * @throws io.reaper.shim.error.ShimException INVALID_ARGUMENT naming what is wrong with them
     */
    ContainerRuntime by(Any options, ShimLog log);
}
