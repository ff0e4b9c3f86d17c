package io.reaper.k8s.kube;

import io.reaper.k8s.NodeShell;
import java.util.Collection;
import java.util.List;

/** What is on a node of pods that are gone. */
final class Leftovers {
    /** Bundles name the shim that serves them; the runtime has a directory for each container. */
    private static final String OF_REAPER =
            """
            for bundle in /run/containerd/io.containerd.runtime.v2.task/k8s.io/*; do
              if grep -qs reaper "$bundle/shim-binary-path"; then echo "bundle $bundle"; fi
            done
            for state in /run/reaper/*; do
              if [ -e "$state" ]; then echo "state $state"; fi
            done
            """;

    /** The kubelet names directories after a pod, and cgroups with _ for - where systemd is. */
    private static final String OF_PODS =
            """
            for uid; do
              grep " [^ ]*$uid" /proc/self/mountinfo | sed 's/^/mount /'
              for d in /var/lib/kubelet/pods/$uid; do
                if [ -e "$d" ]; then echo "directory $d"; fi
              done
              under=$(echo "$uid" | tr - _)
              find /sys/fs/cgroup -type d \\( -name "*pod$uid*" -o -name "*pod$under*" \\) \\
                2>/dev/null | sed 's/^/cgroup /'
            done
            """;

    private Leftovers() {}

    /**
     * @param uids of pods
     */
    static List<String> find(NodeShell node, Collection<String> uids) {
        String[] line = new String[4 + uids.size()];
        line[0] = "/bin/sh";
        line[1] = "-c";
        line[2] = OF_REAPER + OF_PODS;
        line[3] = "sh";
        int next = 4;
        for (String uid : uids) {
            line[next++] = uid;
        }
        return node.run(line).expect(0).stdout().lines().toList();
    }
}
