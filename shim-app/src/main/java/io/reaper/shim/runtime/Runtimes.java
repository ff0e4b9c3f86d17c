package io.reaper.shim.runtime;

import com.google.protobuf.Any;

/** Chooses a container's runtime. */
public interface Runtimes {

    /**
     * The one for a container with these options of its client.
     *
     * @throws io.reaper.shim.ShimException INVALID_ARGUMENT naming what is wrong with them
     */
    ContainerRuntime by(Any options);
}
