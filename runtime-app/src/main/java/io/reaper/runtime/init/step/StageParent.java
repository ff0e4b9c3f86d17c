package io.reaper.runtime.init.step;

import io.reaper.linux.file.Fd;

/** {@code create} or {@code exec}, as a step sees it. */
public interface StageParent {

    /** Returns when the hooks have run that want the mounts, and the root still outside. */
    void awaitHooks();

    /**
     * Gives it the terminal that was made for it.
     *
     * @param master still the caller's to close
     */
    void takeTerminal(Fd master);
}
