package io.reaper.k8s;

import io.reaper.testing.Await;
import io.reaper.testing.Root;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.opentest4j.TestAbortedException;

/**
 * One cluster serves all tests of a class. After each test its pods are deleted and nothing of them
 * may be left; after a failed one the cluster is closed and a fresh one is started.
 *
 * @param <C> what the tests need to know of the cluster
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class PodFixture<C extends Cluster> {
    /** On the JVM a pod's life takes seconds when others use the machine; a cluster backs off. */
    protected static final Duration DEADLINE = Duration.ofSeconds(90);

    private final List<Pod> pods = new CopyOnWriteArrayList<>();
    private C cluster;
    private TestAbortedException reasonToSkip;

    @RegisterExtension final AfterTestExecutionCallback leftovers = this::afterTest;

    /** Starts a cluster, or gives the one that is there. */
    protected abstract C startCluster();

    /** Whether the cluster can be had by root alone: by any other user the tests are skipped. */
    protected boolean needsRoot() {
        return true;
    }

    protected final C cluster() {
        return cluster;
    }

    @BeforeAll
    void start() {
        try {
            if (needsRoot()) {
                Root.assume();
            }
            cluster = startCluster();
        } catch (TestAbortedException e) {
            reasonToSkip = e;
        }
    }

    /**
     * Reported for each test: a class that is skipped as a whole leaves no trace in the reports.
     */
    @BeforeEach
    void skipWhereNothingRuns() {
        if (reasonToSkip != null) {
            throw reasonToSkip;
        }
    }

    @AfterAll
    void close() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private void afterTest(ExtensionContext context) {
        boolean clean = false;
        boolean passed = context.getExecutionException().isEmpty();
        try {
            if (passed) {
                deletePods();
                assertNothingLeft();
                clean = true;
            }
        } finally {
            pods.clear();
            if (!clean) {
                System.err.println(
                        context.getDisplayName() + (passed ? " left something" : " failed"));
                System.err.println(cluster.diagnostics());
                cluster.close();
                cluster = startCluster();
            }
        }
    }

    /** Makes a pod, which is deleted after the test if the test has not done so. */
    protected final Pod run(PodSpec spec) {
        Pod pod = cluster.run(spec);
        pods.add(pod);
        return pod;
    }

    private void deletePods() {
        Throwable problem = null;
        for (Pod pod : pods) {
            try {
                pod.delete(Duration.ofSeconds(1));
            } catch (RuntimeException | AssertionError e) {
                problem = e;
            }
        }
        if (problem != null) {
            throw new AssertionError("cannot delete what the test has made", problem);
        }
    }

    protected final void assertNothingLeft() {
        Await.until(
                DEADLINE,
                () -> cluster.leftovers().isEmpty(),
                () -> "nothing left: " + String.join("\n  ", cluster.leftovers()));
    }

    /** Waits for a state of a container. */
    protected static ContainerStatus await(
            Pod pod, String container, Predicate<ContainerStatus> condition) {
        ContainerStatus[] status = new ContainerStatus[1];
        Await.until(
                DEADLINE,
                () -> {
                    status[0] = pod.status(container);
                    return condition.test(status[0]);
                },
                () -> pod.spec().name() + "/" + container + " is as expected: " + status[0]);
        return status[0];
    }

    protected static ContainerStatus awaitEnd(Pod pod, String container) {
        return await(pod, container, ContainerStatus::hasEnded);
    }

    protected static void awaitRunning(Pod pod, String container) {
        ContainerStatus unused = await(pod, container, ContainerStatus::isRunning);
    }

    /** Waits until the container has written this. */
    protected static void awaitLog(Pod pod, String container, String text) {
        Await.until(
                DEADLINE,
                () -> pod.logs(container).contains(text),
                () ->
                        "'%s' is in the log of %s: %s, %s"
                                .formatted(
                                        text,
                                        container,
                                        pod.logs(container),
                                        pod.status(container)));
    }

    /** As many pods as a node runs at once in the tests; few of them where each is two JVMs. */
    protected static int many() {
        boolean jvm = "jvm".equals(System.getProperty("reaper.mode"));
        return Integer.getInteger("reaper.test.pods", jvm ? 6 : 30);
    }
}
