package io.reaper.runtime.init.step;

/** {@code create} or {@code exec}, as a step sees it. */
@FunctionalInterface
public interface StageParent {

    /** Returns when the hooks have run that want the mounts, and the root still outside. */
    void awaitHooks();
}
