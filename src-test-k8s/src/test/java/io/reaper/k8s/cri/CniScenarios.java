package io.reaper.k8s.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.k8s.ContainerSpec;
import io.reaper.k8s.PodFixture;
import io.reaper.k8s.PodSpec;
import io.reaper.testing.ContainerdRelease;
import io.reaper.testing.Listing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Pods with a network of their own: the cluster makes it and gives it an address. In host mode the
 * programs are in the node's network all the same, and nothing of the pod's may be left.
 */
@Tag("containerd")
abstract class CniScenarios extends PodFixture<CriCluster> {
    private final ContainerdRelease release;

    CniScenarios(ContainerdRelease release) {
        this.release = release;
    }

    @Override
    protected CriCluster startCluster() {
        return CriCluster.withPodNetwork(release);
    }

    @Test
    void podsGetAddressesAndLeaveNoNetwork() {
        List<CriPod> pods = new ArrayList<>();
        Set<String> addresses = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            ContainerSpec container = ContainerSpec.script("main", "echo $HOSTNAME; sleep 1000");
            CriPod pod = (CriPod) run(PodSpec.of("network-" + i, container).withOwnNetwork());
            pods.add(pod);
            addresses.add(pod.sandboxStatus().getStatus().getNetwork().getIp());
            awaitLog(pod, "main", "network-" + i + "\n");
        }
        assertEquals(pods.size(), addresses.size(), addresses::toString);
        assertTrue(
                addresses.stream().allMatch(address -> address.startsWith("10.88.")),
                addresses::toString);
        assertEquals(pods.size(), networks().size(), () -> networks().toString());
        pods.removeFirst().close();
        assertEquals(pods.size(), networks().size(), () -> networks().toString());
        assertTrue(pods.getFirst().isReady());
    }

    @Test
    void aPodWhoseProgramCannotStartLeavesNoNetwork() {
        CriPod pod =
                (CriPod)
                        run(
                                PodSpec.of("broken", ContainerSpec.of("main", "/no/such/program"))
                                        .withOwnNetwork());
        assertEquals("StartError", awaitEnd(pod, "main").reason());
        assertTrue(pod.isReady());
        pod.close();
        assertNothingLeft();
    }

    /** In host mode a program is in the node's network, whatever the pod's is. */
    @Test
    void programsAreInTheNodesNetwork() {
        CriPod pod =
                (CriPod)
                        run(
                                PodSpec.of("host", ContainerSpec.of("main", "/bin/sleep", "1000"))
                                        .withOwnNetwork());
        List<String> command = List.of("/bin/ls", "-l", "/proc/self/ns/net");
        String ofNode = cluster().node().run("/bin/ls", "-l", "/proc/self/ns/net").stdout();
        String ofPod = pod.exec("main", command).expect(0).stdout();
        assertEquals(namespace(ofNode), namespace(ofPod));
    }

    private static String namespace(String listing) {
        return listing.substring(listing.indexOf("net:["));
    }

    private List<Path> networks() {
        return Listing.of(cluster().node().privateNode().view("/run/netns"));
    }
}
