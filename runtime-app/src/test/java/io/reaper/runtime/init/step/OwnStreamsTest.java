package io.reaper.runtime.init.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OwnStreamsTest {

    private static TestStage pipes() {
        return new TestStage(TestStage.FIFO, TestStage.FIFO, TestStage.FIFO);
    }

    @Test
    void onlyPipesAndSocketsAreGivenToTheUser() {
        TestStage stage = new TestStage(TestStage.FIFO, TestStage.REGULAR, TestStage.SOCKET);
        stage.run(new OwnStreams(7));
        assertEquals(List.of("fchown(0, 7, -1)", "fchown(2, 7, -1)"), stage.calls());
    }

    @Test
    void streamsThatAreTheUsersStay() {
        TestStage stage = pipes();
        stage.run(new OwnStreams(0));
        assertEquals(List.of(), stage.calls());
    }

    @Test
    void aRefusedChangeOfOwnerIsNoFailure() {
        for (Errno refused : List.of(Errno.EPERM, Errno.EINVAL, Errno.EROFS)) {
            TestStage stage = pipes();
            stage.answer("fchown", -refused.number());
            assertEquals(Optional.empty(), stage.run(new OwnStreams(7)));
        }
        TestStage stage = pipes();
        stage.answer("fchown", -Errno.EIO.number());
        assertThrows(LinuxException.class, () -> stage.run(new OwnStreams(7)));
    }
}
