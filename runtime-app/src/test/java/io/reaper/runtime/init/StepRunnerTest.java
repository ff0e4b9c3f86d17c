package io.reaper.runtime.init;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.credential.Capabilities;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StepRunnerTest {

    private static final int FIFO = 0x1000;
    private static final int REGULAR = 0x8000;
    private static final int SOCKET = 0xc000;

    private final RecordingSyscalls recorder = new RecordingSyscalls();

    private StepRunner runner(int... types) {
        return new StepRunner(
                recorder.kernel(), fd -> new FileStat(types[fd] | 0600, 0, 0, 0, 0, 0));
    }

    @Test
    void onlyPipesAndSocketsAreGivenToTheUser() {
        runner(FIFO, REGULAR, SOCKET).run(new InitStep.OwnStreams(7));
        assertEquals(List.of("fchown(0, 7, -1)", "fchown(2, 7, -1)"), recorder.calls());
    }

    @Test
    void streamsThatAreTheUsersStay() {
        runner(FIFO, FIFO, FIFO).run(new InitStep.OwnStreams(0));
        assertEquals(List.of(), recorder.calls());
    }

    @Test
    void aTerminalBecomesTheSessionsAndThenTheUsers() {
        runner(0x2000).run(new InitStep.TakeTerminal(7)); // TIOCSCTTY
        assertEquals(List.of("ioctl(0, 21518, 0)", "fchown(0, 7, -1)"), recorder.calls());
    }

    @Test
    void aTerminalThatCannotBeTakenOrGivenFailsTheStage() {
        recorder.answer("fchown", -Errno.EPERM.number());
        assertThrows(LinuxException.class, () -> runner(0x2000).run(new InitStep.TakeTerminal(7)));
        recorder.answer("ioctl", -Errno.EPERM.number());
        LinuxException e =
                assertThrows(
                        LinuxException.class,
                        () -> runner(0x2000).run(new InitStep.TakeTerminal(0)));
        assertEquals(
                "make the controlling terminal of fd 0: operation not permitted", e.getMessage());
    }

    @Test
    void aRefusedChangeOfOwnerIsNoFailure() {
        recorder.answer("fchown", -Errno.EPERM.number());
        assertEquals(Optional.empty(), runner(FIFO, FIFO, FIFO).run(new InitStep.OwnStreams(7)));
        recorder.answer("fchown", -Errno.EIO.number());
        assertThrows(
                LinuxException.class,
                () -> runner(FIFO, FIFO, FIFO).run(new InitStep.OwnStreams(7)));
    }

    @Test
    void aMissingKeyringIsSilentAFullQuotaIsToldOthersFail() {
        InitStep join = new InitStep.JoinSessionKeyring("k");
        recorder.answer("keyctlJoinSessionKeyring", -Errno.ENOSYS.number());
        assertEquals(Optional.empty(), runner().run(join));
        recorder.answer("keyctlJoinSessionKeyring", -Errno.EDQUOT.number());
        assertTrue(runner().run(join).orElseThrow().contains("session keyring"));
        recorder.answer("keyctlJoinSessionKeyring", -Errno.ENOMEM.number());
        assertThrows(LinuxException.class, () -> runner().run(join));
    }

    @Test
    void aMissingDirectoryIsToldInTheWordsCallersKnow() {
        recorder.answer("chdir", -Errno.ENOENT.number());
        LinuxException e =
                assertThrows(
                        LinuxException.class,
                        () -> runner().run(new InitStep.ChangeDirectory("/nope")));
        assertEquals(
                "chdir to cwd (\"/nope\") set in config.json failed: no such file or directory",
                e.getMessage());
    }

    @Test
    void hardLimitsAreRaisedOnlyWhereTooLow() {
        // the recorded kernel has limits of 0: only a hard limit above is raised, and set later
        Map<Resource, Limit> none = Map.of(Resource.RLIMIT_CORE, new Limit(0, 0));
        runner().run(new InitStep.RaiseLimits(none));
        assertEquals(List.of("prlimit64(0, 4, null, memory)"), recorder.calls());
        Map<Resource, Limit> high = Map.of(Resource.RLIMIT_NOFILE, new Limit(1, -1));
        runner().run(new InitStep.RaiseLimits(high));
        assertEquals(
                List.of(
                        "prlimit64(0, 4, null, memory)",
                        "prlimit64(0, 7, null, memory)",
                        "prlimit64(0, 7, memory, null)"),
                recorder.calls());
    }

    @Test
    void capabilitiesAreSetBeforeTheAmbientOnes() {
        Optional<String> warning =
                runner().run(new InitStep.SetCapabilities(new Capabilities.Sets(3, 3, 1, 3, 3)));
        assertEquals(
                Optional.of(
                        "ambient capabilities left out, they are not inheritable:"
                                + " CAP_DAC_OVERRIDE"),
                warning);
        List<String> calls = recorder.calls();
        int capset = calls.indexOf("capset(memory, memory)");
        int raise = calls.indexOf("prctl(47, 2, 0, 0, 0)");
        assertTrue(capset >= 0 && raise > capset, calls.toString());
    }

    @Test
    void aScoreThatIsTooLowNamesTheRightAndTheWayOut() {
        recorder.answer("write", -Errno.EACCES.number());
        LinuxException e =
                assertThrows(
                        LinuxException.class, () -> runner().run(new InitStep.SetOomScore(-998)));
        assertEquals(
                "write \"-998\" to /proc/self/oom_score_adj (lower than the caller's own it needs"
                        + " CAP_SYS_RESOURCE; with restrict_oom_score_adj = true containerd asks"
                        + " for no lower one): permission denied",
                e.getMessage());
    }

    @Test
    void theScoreIsWrittenAndTheFileClosed() {
        recorder.answer("openat", 9);
        recorder.answer("write", 3);
        runner().run(new InitStep.SetOomScore(500));
        assertEquals(
                List.of(
                        "openat(-100, /proc/self/oom_score_adj, 1, 0)",
                        "write(9, memory, 3)",
                        "close(9)"),
                recorder.calls());
    }
}
