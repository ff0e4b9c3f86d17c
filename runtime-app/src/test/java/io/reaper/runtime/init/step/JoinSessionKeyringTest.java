package io.reaper.runtime.init.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JoinSessionKeyringTest {

    @Test
    void aMissingKeyringIsSilentAFullQuotaIsToldOthersFail() {
        TestStage stage = new TestStage();
        InitStep join = new JoinSessionKeyring("k");
        stage.answer("keyctlJoinSessionKeyring", -Errno.ENOSYS.number());
        assertEquals(Optional.empty(), stage.run(join));
        stage.answer("keyctlJoinSessionKeyring", -Errno.EDQUOT.number());
        assertTrue(stage.run(join).orElseThrow().contains("session keyring"));
        stage.answer("keyctlJoinSessionKeyring", -Errno.ENOMEM.number());
        assertThrows(LinuxException.class, () -> stage.run(join));
    }
}
