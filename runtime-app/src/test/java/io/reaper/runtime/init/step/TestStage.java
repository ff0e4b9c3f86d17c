package io.reaper.runtime.init.step;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FileStat;
import java.util.List;
import java.util.Optional;

/** A stage on a recorded kernel, whose open files are of the given kinds and root's. */
final class TestStage {

    static final int FIFO = 0x1000;
    static final int TERMINAL = 0x2000;
    static final int REGULAR = 0x8000;
    static final int SOCKET = 0xc000;

    private static final StageParent PARENT =
            new StageParent() {
                @Override
                public void awaitHooks() {
                    // there are none
                }

                @Override
                public void takeTerminal(Fd master) {
                    // nobody looks at it
                }
            };

    private final RecordingSyscalls recorder = new RecordingSyscalls();
    private final StepContext context;

    /**
     * @param types what kinds of file the descriptors from 0 on are
     */
    TestStage(int... types) {
        int[] kinds = types.clone();
        this.context =
                new StepContext(
                        recorder.kernel(),
                        fd -> new FileStat(kinds[fd] | 0600, 0, 0, 0, 0, 0, 0),
                        new StageFiles(100),
                        PARENT);
    }

    Optional<String> run(InitStep step) {
        return step.run(context);
    }

    /** What a call returns from now on: a value, or −errno. */
    void answer(String call, long result) {
        recorder.answer(call, result);
    }

    /** Calls in their order, such as {@code setgid(5)}. */
    List<String> calls() {
        return recorder.calls();
    }
}
