package io.reaper.runtime.init;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.file.Fd;

/** What {@code create} or {@code exec} and the init stage say to each other, one packet each. */
public sealed interface InitMessage {

    /** From init: it is there and waits for {@link Continue}. */
    record Here() implements InitMessage {}

    /**
     * To init: it is registered and may go on.
     *
     * @param pid its own, in the pid namespace of the runtime
     */
    record Continue(int pid) implements InitMessage {}

    /**
     * From init: the container's mounts are made, its root is not entered; it waits for {@link
     * Continue}.
     */
    record Mounted() implements InitMessage {}

    /** From init: a setting was not applied, which is no reason to fail. */
    record Warning(String text) implements InitMessage {}

    /**
     * From init: the terminal which it has made in the container, for whoever shows it.
     *
     * @param master belongs to the receiver, who closes it
     */
    record Terminal(Fd master) implements InitMessage {}

    /**
     * From init: all is applied and the program found. Where it waits for start the channel ends
     * now; otherwise when the program runs, and {@link Failed} comes if it cannot.
     */
    record Ready() implements InitMessage {}

    /**
     * From init: it gives up.
     *
     * @param code what the error is called
     * @param operation the call or step that failed
     * @param errno 0 if no call did
     * @param text for the user
     */
    record Failed(ErrorCode code, String operation, int errno, String text)
            implements InitMessage {}
}
