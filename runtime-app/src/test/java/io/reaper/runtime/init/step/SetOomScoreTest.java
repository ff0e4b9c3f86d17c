package io.reaper.runtime.init.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SetOomScoreTest {

    private final TestStage stage = new TestStage();

    @Test
    void aScoreThatIsTooLowNamesTheRightAndTheWayOut() {
        stage.answer("write", -Errno.EACCES.number());
        LinuxException e =
                assertThrows(LinuxException.class, () -> stage.run(new SetOomScore(-998)));
        assertEquals(
                "write \"-998\" to /proc/self/oom_score_adj (lower than the caller's own it needs"
                        + " CAP_SYS_RESOURCE; with restrict_oom_score_adj = true containerd asks"
                        + " for no lower one): permission denied",
                e.getMessage());
    }

    @Test
    void theScoreIsWrittenAndTheFileClosed() {
        stage.answer("openat", 9);
        stage.answer("write", 3);
        stage.run(new SetOomScore(500));
        assertEquals(
                List.of(
                        "openat(-100, /proc/self/oom_score_adj, 1, 0)",
                        "write(9, memory, 3)",
                        "close(9)"),
                stage.calls());
    }
}
