package io.reaper.runtime.init.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.reaper.linux.process.Scheduling;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Steps that are one call of the kernel, with the values that they carry. */
class OneCallStepsTest {

    private static void does(String call, InitStep step) {
        TestStage stage = new TestStage();
        assertEquals(Optional.empty(), stage.run(step));
        assertEquals(List.of(call), stage.calls());
    }

    @Test
    void eachMakesItsCall() {
        does("prctl(36, 1, 0, 0, 0)", new BecomeSubreaper());
        does("keyctlJoinSessionKeyring(_ses.a)", new JoinSessionKeyring("_ses.a"));
        does(
                "schedSetattr(0, memory)",
                new SetScheduler(new Scheduling.Attributes(3, 0, 0, 0, 0, 0, 0)));
        does("schedSetaffinity(0, 1024, memory)", new UseAllProcessors());
        does("ioprioSet(1, 0, 16391)", new SetIoPriority(2, 7)); // 2 << 13 | 7
        does("prctl(38, 1, 0, 0, 0)", new ForbidNewPrivileges());
        does("umask(18)", new SetUmask(022));
        does("chdir(/w)", new ChangeDirectory("/w", false));
        does("prctl(8, 1, 0, 0, 0)", new KeepCapabilities());
        does("setgroups([1, -2])", new SetGroups(List.of(1, -2)));
        does("setgid(-2)", new SetGid(-2));
        does("setuid(7)", new SetUid(7));
    }
}
