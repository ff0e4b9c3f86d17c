package io.reaper.k8s.cri;

import io.reaper.k8s.ContainerSpec;
import io.reaper.k8s.ContainerStatus;
import io.reaper.k8s.PodSpec;
import io.reaper.k8s.api.ContainerConfig;
import io.reaper.k8s.api.ContainerMetadata;
import io.reaper.k8s.api.ContainerState;
import io.reaper.k8s.api.CriContainerStatus;
import io.reaper.k8s.api.ImageSpec;
import io.reaper.k8s.api.Int64Value;
import io.reaper.k8s.api.KeyValue;
import io.reaper.k8s.api.LinuxContainerConfig;
import io.reaper.k8s.api.LinuxContainerSecurityContext;
import io.reaper.k8s.api.LinuxPodSandboxConfig;
import io.reaper.k8s.api.LinuxSandboxSecurityContext;
import io.reaper.k8s.api.NamespaceMode;
import io.reaper.k8s.api.NamespaceOption;
import io.reaper.k8s.api.PodSandboxConfig;
import io.reaper.k8s.api.PodSandboxMetadata;
import java.nio.file.Path;
import java.util.UUID;

/** What the kubelet makes of a pod's specification, in the words of CRI. */
final class CriConfig {
    private CriConfig() {}

    /**
     * @param directory of the logs, in a subdirectory for each pod
     * @param tag name of the cgroup of all pods
     */
    static PodSandboxConfig sandbox(Path directory, String tag, PodSpec spec) {
        String uid = UUID.randomUUID().toString();
        PodSandboxConfig.Builder config =
                PodSandboxConfig.newBuilder()
                        .setMetadata(
                                PodSandboxMetadata.newBuilder()
                                        .setName(spec.name())
                                        .setNamespace("default")
                                        .setUid(uid))
                        .setLogDirectory(directory.resolve("pods").resolve(uid).toString())
                        .putAllAnnotations(spec.annotations())
                        .setLinux(
                                LinuxPodSandboxConfig.newBuilder()
                                        .setCgroupParent("/" + tag)
                                        .setSecurityContext(
                                                LinuxSandboxSecurityContext.newBuilder()
                                                        .setNamespaceOptions(namespaces(spec))
                                                        .addAllSupplementalGroups(
                                                                spec.supplementalGroups())));
        if (!spec.hostNetwork()) {
            config.setHostname(spec.name());
        }
        return config.build();
    }

    private static NamespaceOption namespaces(PodSpec spec) {
        return NamespaceOption.newBuilder()
                .setNetwork(spec.hostNetwork() ? NamespaceMode.NODE : NamespaceMode.POD)
                .setPid(NamespaceMode.CONTAINER)
                .build();
    }

    static ContainerConfig.Builder container(PodSpec pod, ContainerSpec spec, int attempt) {
        LinuxContainerSecurityContext.Builder context =
                LinuxContainerSecurityContext.newBuilder()
                        .setNamespaceOptions(namespaces(pod))
                        .addAllSupplementalGroups(pod.supplementalGroups());
        spec.runAsUser()
                .ifPresent(uid -> context.setRunAsUser(Int64Value.newBuilder().setValue(uid)));
        spec.runAsGroup()
                .ifPresent(gid -> context.setRunAsGroup(Int64Value.newBuilder().setValue(gid)));
        ContainerConfig.Builder config =
                ContainerConfig.newBuilder()
                        .setMetadata(
                                ContainerMetadata.newBuilder()
                                        .setName(spec.name())
                                        .setAttempt(attempt))
                        .setImage(ImageSpec.newBuilder().setImage(PodSpec.IMAGE))
                        .addAllCommand(spec.command())
                        .addAllArgs(spec.args())
                        .setWorkingDir(spec.workingDir())
                        .setLogPath(logPath(spec.name(), attempt))
                        .setStdin(spec.stdin())
                        .setTty(spec.tty())
                        .setLinux(LinuxContainerConfig.newBuilder().setSecurityContext(context));
        spec.env()
                .forEach(
                        (key, value) ->
                                config.addEnvs(KeyValue.newBuilder().setKey(key).setValue(value)));
        return config;
    }

    /** In the pod's log directory. */
    static String logPath(String container, int attempt) {
        return container + "/" + attempt + ".log";
    }

    static boolean hasEnded(CriContainerStatus status) {
        return status.getState() == ContainerState.CONTAINER_EXITED;
    }

    /** Whether the restart policy says so of a container that has ended. */
    static boolean startsAgain(PodSpec spec, String container, CriContainerStatus ended) {
        boolean isInit = spec.initContainers().contains(spec.container(container));
        return switch (spec.restartPolicy()) {
            case NEVER -> false;
            case ON_FAILURE -> ended.getExitCode() != 0;
            case ALWAYS -> !isInit || ended.getExitCode() != 0;
        };
    }

    static ContainerStatus status(CriContainerStatus raw, int restarts) {
        ContainerStatus.State state =
                switch (raw.getState()) {
                    case CONTAINER_CREATED -> ContainerStatus.State.WAITING;
                    case CONTAINER_RUNNING -> ContainerStatus.State.RUNNING;
                    case CONTAINER_EXITED -> ContainerStatus.State.TERMINATED;
                    case CONTAINER_UNKNOWN, UNRECOGNIZED -> ContainerStatus.State.UNKNOWN;
                };
        return new ContainerStatus(
                state, raw.getExitCode(), raw.getReason(), raw.getMessage(), restarts);
    }
}
