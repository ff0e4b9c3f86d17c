package io.reaper.k8s.cri;

import io.reaper.k8s.ContainerStatus;
import io.reaper.k8s.PodSpec;
import io.reaper.k8s.api.ContainerRequest;
import io.reaper.k8s.api.ContainerStatusResponse;
import io.reaper.k8s.api.CreateContainerRequest;
import io.reaper.k8s.api.CreateContainerResponse;
import io.reaper.k8s.api.CriContainerStatus;
import io.reaper.k8s.api.PodSandboxConfig;
import io.reaper.k8s.api.PodSandboxRequest;
import io.reaper.k8s.api.RunPodSandboxRequest;
import io.reaper.k8s.api.RunPodSandboxResponse;
import io.reaper.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The life of one pod with one container on somebody else's containerd, of which only the socket is
 * known: what a kubelet does after Reaper was installed there.
 *
 * @param log what the container has written
 */
public record FirstPod(ContainerStatus status, String log) {
    /**
     * Runs the pod to its end and removes it.
     *
     * @param directory for logs, the same here and for containerd
     * @param tag name of the pod's cgroup
     * @throws io.reaper.k8s.PodException with containerd's words
     */
    public static FirstPod run(Path socket, Path directory, String tag, PodSpec spec) {
        try (CriClient client = new CriClient(socket)) {
            PodSandboxConfig config = CriConfig.sandbox(directory, tag, spec);
            String name = spec.containers().getFirst().name();
            Path log = Path.of(config.getLogDirectory()).resolve(CriConfig.logPath(name, 0));
            Files.createDirectories(log.getParent());
            String sandbox =
                    client.call(
                                    "RunPodSandbox",
                                    RunPodSandboxRequest.newBuilder()
                                            .setConfig(config)
                                            .setRuntimeHandler(spec.runtime())
                                            .build(),
                                    RunPodSandboxResponse.getDefaultInstance())
                            .getPodSandboxId();
            try {
                CriContainerStatus status = container(client, spec, config, sandbox);
                return new FirstPod(
                        CriConfig.status(status, 0), LogLine.text(LogLine.readAll(log)));
            } finally {
                PodSandboxRequest end =
                        PodSandboxRequest.newBuilder().setPodSandboxId(sandbox).build();
                client.call("StopPodSandbox", end);
                client.call("RemovePodSandbox", end);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CriContainerStatus container(
            CriClient client, PodSpec spec, PodSandboxConfig config, String sandbox) {
        String id =
                client.call(
                                "CreateContainer",
                                CreateContainerRequest.newBuilder()
                                        .setPodSandboxId(sandbox)
                                        .setConfig(
                                                CriConfig.container(
                                                        spec, spec.containers().getFirst(), 0))
                                        .setSandboxConfig(config)
                                        .build(),
                                CreateContainerResponse.getDefaultInstance())
                        .getContainerId();
        ContainerRequest request = ContainerRequest.newBuilder().setContainerId(id).build();
        client.call("StartContainer", request);
        CriContainerStatus[] status = new CriContainerStatus[1];
        Await.until(
                CriNode.DEADLINE,
                () -> {
                    status[0] =
                            client.call(
                                            "ContainerStatus",
                                            request,
                                            ContainerStatusResponse.getDefaultInstance())
                                    .getStatus();
                    return CriConfig.hasEnded(status[0]);
                },
                () -> spec.name() + " has ended: " + status[0]);
        return status[0];
    }
}
