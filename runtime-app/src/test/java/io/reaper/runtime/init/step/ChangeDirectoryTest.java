package io.reaper.runtime.init.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import org.junit.jupiter.api.Test;

class ChangeDirectoryTest {

    @Test
    void aMissingDirectoryIsToldInTheWordsCallersKnow() {
        TestStage stage = new TestStage();
        stage.answer("chdir", -Errno.ENOENT.number());
        LinuxException e =
                assertThrows(
                        LinuxException.class, () -> stage.run(new ChangeDirectory("/nope", false)));
        assertEquals(
                "chdir to cwd (\"/nope\") set in config.json failed: no such file or directory",
                e.getMessage());
    }
}
