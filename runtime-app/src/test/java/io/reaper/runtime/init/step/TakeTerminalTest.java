package io.reaper.runtime.init.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TakeTerminalTest {

    private final TestStage stage = new TestStage(TestStage.TERMINAL);

    @Test
    void aTerminalBecomesTheSessionsAndThenTheUsers() {
        stage.run(new TakeTerminal(7)); // TIOCSCTTY
        assertEquals(List.of("ioctl(0, 21518, 0)", "fchown(0, 7, -1)"), stage.calls());
    }

    @Test
    void aTerminalThatCannotBeTakenOrGivenFailsTheStage() {
        stage.answer("fchown", -Errno.EPERM.number());
        assertThrows(LinuxException.class, () -> stage.run(new TakeTerminal(7)));
        stage.answer("ioctl", -Errno.EPERM.number());
        LinuxException e = assertThrows(LinuxException.class, () -> stage.run(new TakeTerminal(0)));
        assertEquals(
                "make the controlling terminal of fd 0: operation not permitted", e.getMessage());
    }
}
