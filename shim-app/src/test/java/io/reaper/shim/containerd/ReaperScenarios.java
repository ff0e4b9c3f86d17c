package io.reaper.shim.containerd;

import io.reaper.testing.Await;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Job;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What our shim with our runtime does; the peers leave cgroups, sockets or shims behind here. */
abstract class ReaperScenarios extends ReaperShimScenarios {

    ReaperScenarios(ContainerdRelease release) {
        super(release, Pair.REAPER);
    }

    /**
     * Clients give up at any step of a container's life, and containerd cancels what it does for
     * them; what they then delete is gone. The system property reaper.test.late says how many (6),
     * reaper.test.seed repeats a failure.
     */
    @Test
    @Tag("native") // containerd gives a delete 5 s: the JVM may need them for its start
    void callsWhoseDeadlinePassesLeaveNothing() {
        long seed = Long.getLong("reaper.test.seed", System.nanoTime());
        Random random = new Random(seed);
        String namespace = containerd.namespace();
        int count = Integer.getInteger("reaper.test.late", 6);
        StringBuilder told = new StringBuilder("seed " + seed);
        for (int i = 0; i < count; i++) {
            String id = "late-" + i;
            int millis = 20 + random.nextInt(2000);
            List<String> line =
                    new ArrayList<>(
                            containerd.ctrLine(
                                    namespace, runArguments(id, List.of("-d"), "sleep", "1000")));
            line.addAll(1, List.of("--timeout", millis + "ms"));
            Job.Result result =
                    containerd.node().start(line, Map.of()).await(PrivateContainerd.DEADLINE);
            told.append(
                    "%n%d ms: %d %s".formatted(millis, result.exitCode(), result.stderr().strip()));
        }
        try {
            // a task may come just after its client has gone
            Await.until(
                    PrivateContainerd.DEADLINE,
                    () -> {
                        for (int i = 0; i < count; i++) {
                            ctr("task", "delete", "--force", "late-" + i);
                            ctr("container", "delete", "late-" + i);
                        }
                        return ctr("container", "ls", "-q").expect(0).stdout().isEmpty();
                    },
                    () -> "no container left: " + ctr("container", "ls"));
            Await.until(
                    PrivateContainerd.DEADLINE,
                    () -> {
                        containerd.removeLocks();
                        return containerd.leftovers().isEmpty();
                    },
                    () -> "nothing left: " + containerd.leftovers());
        } catch (AssertionError e) {
            throw new AssertionError(told.toString(), e);
        }
    }
}
