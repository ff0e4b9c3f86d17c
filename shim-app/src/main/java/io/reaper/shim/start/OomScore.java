package io.reaper.shim.start;

import io.reaper.contract.FailureText;
import io.reaper.linux.process.ProcessInfo;
import io.reaper.shim.log.ShimLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How willing the kernel is to kill a process when memory runs out (proc_pid_oom_score_adj(5)). */
final class OomScore {

    private static final int MAX = 1000;

    private OomScore() {}

    /**
     * Lets the daemon go before containerd, which called us: one above our parent's score. A
     * refusal (lowering needs CAP_SYS_RESOURCE) is logged only.
     */
    static void raise(int daemon, ShimLog log) {
        try {
            int self = (int) ProcessHandle.current().pid();
            int parent = ProcessInfo.of(self).map(ProcessInfo::parent).orElse(self);
            int score = Integer.parseInt(Files.readString(file(parent)).strip());
            Files.writeString(file(daemon), Integer.toString(Math.min(score + 1, MAX)));
        } catch (IOException | NumberFormatException e) {
            log.info("oom_score_adj of the daemon stays as it is: " + FailureText.of(e));
        }
    }

    private static Path file(int pid) {
        return Path.of("/proc", Integer.toString(pid), "oom_score_adj");
    }
}
