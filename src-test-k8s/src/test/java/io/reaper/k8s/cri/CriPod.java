package io.reaper.k8s.cri;

import io.reaper.k8s.ContainerSpec;
import io.reaper.k8s.ContainerStatus;
import io.reaper.k8s.ExecResult;
import io.reaper.k8s.Pod;
import io.reaper.k8s.PodException;
import io.reaper.k8s.PodSpec;
import io.reaper.k8s.Session;
import io.reaper.k8s.api.AttachRequest;
import io.reaper.k8s.api.ContainerConfig;
import io.reaper.k8s.api.ContainerRequest;
import io.reaper.k8s.api.ContainerStatusResponse;
import io.reaper.k8s.api.CreateContainerRequest;
import io.reaper.k8s.api.CreateContainerResponse;
import io.reaper.k8s.api.CriContainerStatus;
import io.reaper.k8s.api.ExecRequest;
import io.reaper.k8s.api.ExecSyncRequest;
import io.reaper.k8s.api.ExecSyncResponse;
import io.reaper.k8s.api.PodSandboxConfig;
import io.reaper.k8s.api.PodSandboxRequest;
import io.reaper.k8s.api.PodSandboxState;
import io.reaper.k8s.api.PodSandboxStatusRequest;
import io.reaper.k8s.api.PodSandboxStatusResponse;
import io.reaper.k8s.api.PortForwardRequest;
import io.reaper.k8s.api.RunPodSandboxRequest;
import io.reaper.k8s.api.RunPodSandboxResponse;
import io.reaper.k8s.api.StopContainerRequest;
import io.reaper.k8s.api.UrlResponse;
import io.reaper.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

/** A pod by CRI: the tests are its kubelet. */
public final class CriPod implements Pod {
    private final CriNode node;
    private final PodSpec spec;
    private final PodSandboxConfig config;
    private final String sandbox;
    private final Map<String, Attempt> containers = new ConcurrentHashMap<>();
    private final AtomicBoolean deleted = new AtomicBoolean();

    /** The latest container of a name. */
    private record Attempt(int number, String id) {}

    private CriPod(CriNode node, PodSpec spec, PodSandboxConfig config, String sandbox) {
        this.node = node;
        this.spec = spec;
        this.config = config;
        this.sandbox = sandbox;
    }

    /** Makes the sandbox. */
    static CriPod make(CriNode node, String tag, PodSpec spec) {
        PodSandboxConfig config = CriConfig.sandbox(node.directory(), tag, spec);
        try {
            Files.createDirectories(Path.of(config.getLogDirectory()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String sandbox =
                node.client()
                        .call(
                                "RunPodSandbox",
                                RunPodSandboxRequest.newBuilder()
                                        .setConfig(config)
                                        .setRuntimeHandler(spec.runtime())
                                        .build(),
                                RunPodSandboxResponse.getDefaultInstance())
                        .getPodSandboxId();
        return new CriPod(node, spec, config, sandbox);
    }

    /** Init containers one after the other, until one fails; then all others. */
    void startContainers() {
        for (ContainerSpec container : spec.initContainers()) {
            start(container, 0);
            CriContainerStatus ended = awaitEnd(container.name());
            if (ended.getExitCode() != 0) {
                return;
            }
        }
        spec.containers().forEach(container -> start(container, 0));
    }

    private CriContainerStatus awaitEnd(String container) {
        CriContainerStatus[] status = new CriContainerStatus[1];
        Await.until(
                CriNode.DEADLINE,
                () -> {
                    status[0] = rawStatus(containers.get(container).id());
                    return CriConfig.hasEnded(status[0]);
                },
                () -> container + " has ended: " + status[0]);
        return status[0];
    }

    /** A start that fails is told by the container's status. */
    private void start(ContainerSpec container, int attempt) {
        ContainerConfig.Builder made = CriConfig.container(spec, container, attempt);
        try {
            Files.createDirectories(logFile(container.name(), attempt).getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String id =
                node.client()
                        .call(
                                "CreateContainer",
                                CreateContainerRequest.newBuilder()
                                        .setPodSandboxId(sandbox)
                                        .setConfig(made)
                                        .setSandboxConfig(config)
                                        .build(),
                                CreateContainerResponse.getDefaultInstance())
                        .getContainerId();
        containers.put(container.name(), new Attempt(attempt, id));
        try {
            node.client().call("StartContainer", request(id));
        } catch (PodException e) {
            if (!CriConfig.hasEnded(rawStatus(id))) {
                throw e;
            }
        }
    }

    @Override
    public PodSpec spec() {
        return spec;
    }

    /** Its id to CRI. */
    public String sandboxId() {
        return sandbox;
    }

    /** The id of a container's latest run. */
    public String containerId(String container) {
        Attempt attempt = containers.get(container);
        if (attempt == null) {
            throw new PodException(container + " of " + spec.name() + " was not started");
        }
        return attempt.id();
    }

    /** The log of a container's latest run, as CRI writes it: time, stream, tag, text. */
    public Path logFile(String container) {
        return logFile(container, containers.get(container).number());
    }

    private Path logFile(String container, int attempt) {
        return Path.of(config.getLogDirectory()).resolve(CriConfig.logPath(container, attempt));
    }

    @Override
    public boolean isReady() {
        return sandboxStatus().getStatus().getState() == PodSandboxState.SANDBOX_READY;
    }

    PodSandboxStatusResponse sandboxStatus() {
        return node.client()
                .call(
                        "PodSandboxStatus",
                        PodSandboxStatusRequest.newBuilder()
                                .setPodSandboxId(sandbox)
                                .setVerbose(true)
                                .build(),
                        PodSandboxStatusResponse.getDefaultInstance());
    }

    @Override
    public ContainerStatus status(String container) {
        Attempt attempt = containers.get(container);
        if (attempt == null) {
            return new ContainerStatus(ContainerStatus.State.WAITING, 0, "", "", 0);
        }
        CriContainerStatus raw = rawStatus(attempt.id());
        if (CriConfig.hasEnded(raw) && CriConfig.startsAgain(spec, container, raw)) {
            start(spec.container(container), attempt.number() + 1);
            attempt = containers.get(container);
            raw = rawStatus(attempt.id());
        }
        return CriConfig.status(raw, attempt.number());
    }

    private CriContainerStatus rawStatus(String id) {
        return node.client()
                .call("ContainerStatus", request(id), ContainerStatusResponse.getDefaultInstance())
                .getStatus();
    }

    @Override
    public String logs(String container) {
        return LogLine.text(logLines(container));
    }

    /** The lines of {@link #logs}; all there will ever be if the container has ended. */
    List<LogLine> logLines(String container) {
        Attempt attempt = containers.get(container);
        Path file = logFile(container, attempt.number());
        return CriConfig.hasEnded(rawStatus(attempt.id()))
                ? LogLine.readAll(file)
                : LogLine.read(file);
    }

    @Override
    public ExecResult exec(String container, List<String> command) {
        return exec(container, Duration.ZERO, command);
    }

    /**
     * The same, killed when the time is over.
     *
     * @param timeout in whole seconds; zero: no limit
     */
    public ExecResult exec(String container, Duration timeout, List<String> command) {
        ExecSyncResponse answer =
                node.client()
                        .call(
                                "ExecSync",
                                ExecSyncRequest.newBuilder()
                                        .setContainerId(containerId(container))
                                        .addAllCmd(command)
                                        .setTimeout(timeout.toSeconds())
                                        .build(),
                                ExecSyncResponse.getDefaultInstance());
        return new ExecResult(
                answer.getExitCode(),
                answer.getStdout().toString(StandardCharsets.ISO_8859_1),
                answer.getStderr().toString(StandardCharsets.ISO_8859_1));
    }

    @Override
    public Session execInteractive(String container, boolean tty, List<String> command) {
        ExecRequest request =
                ExecRequest.newBuilder()
                        .setContainerId(containerId(container))
                        .addAllCmd(command)
                        .setTty(tty)
                        .setStdin(true)
                        .setStdout(true)
                        .setStderr(!tty)
                        .build();
        return CriSession.open(
                node.client().call("Exec", request, UrlResponse.getDefaultInstance()).getUrl());
    }

    @Override
    public Session attach(String container) {
        ContainerSpec attached = spec.container(container);
        AttachRequest request =
                AttachRequest.newBuilder()
                        .setContainerId(containerId(container))
                        .setTty(attached.tty())
                        .setStdin(attached.stdin())
                        .setStdout(true)
                        .setStderr(!attached.tty())
                        .build();
        return CriSession.open(
                node.client().call("Attach", request, UrlResponse.getDefaultInstance()).getUrl());
    }

    @Override
    public String forward(int port, String text) {
        PortForwardRequest request =
                PortForwardRequest.newBuilder().setPodSandboxId(sandbox).addPort(port).build();
        UrlResponse answer =
                node.client().call("PortForward", request, UrlResponse.getDefaultInstance());
        return PortForward.talk(answer.getUrl(), text);
    }

    /** Begins a new log file, after the old one was moved away. */
    public void reopenLog(String container) {
        node.client().call("ReopenContainerLog", request(containerId(container)));
    }

    /** Stops one container and leaves it. */
    public void stop(String container, Duration grace) {
        node.client().call("StopContainer", stopRequest(containerId(container), grace));
    }

    private static StopContainerRequest stopRequest(String id, Duration grace) {
        return StopContainerRequest.newBuilder()
                .setContainerId(id)
                .setTimeout(grace.toSeconds())
                .build();
    }

    @Override
    public void delete(Duration grace) {
        if (deleted.getAndSet(true)) {
            return;
        }
        List<PodException> unstopped = stopAll(grace);
        PodSandboxRequest request = PodSandboxRequest.newBuilder().setPodSandboxId(sandbox).build();
        node.client().call("StopPodSandbox", request);
        remove(request);
        if (!unstopped.isEmpty()) {
            throw unstopped.getFirst();
        }
    }

    /** All containers at once; what went wrong with them. */
    private List<PodException> stopAll(Duration grace) {
        List<PodException> failures = Collections.synchronizedList(new ArrayList<>());
        try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Attempt attempt : containers.values()) {
                all.execute(
                        () -> {
                            try {
                                node.client()
                                        .call("StopContainer", stopRequest(attempt.id(), grace));
                            } catch (PodException e) {
                                failures.add(e);
                            }
                        });
            }
        }
        return failures;
    }

    /**
     * containerd notes the end of a container some time after it has deleted the task. Until then
     * Stop finds nothing to wait for, and Remove something that runs: the kubelet asks again, too.
     */
    private void remove(PodSandboxRequest request) {
        String[] last = new String[1];
        Await.until(
                CriNode.DEADLINE,
                () -> {
                    try {
                        node.client().call("RemovePodSandbox", request);
                        return true;
                    } catch (PodException e) {
                        last[0] = e.getMessage();
                        if (!last[0].contains("is still running, to stop first")) {
                            throw e;
                        }
                        return false;
                    }
                },
                () -> "the pod is removed: " + last[0]);
    }

    @Override
    public void close() {
        delete(spec.grace());
    }

    private static ContainerRequest request(String id) {
        return ContainerRequest.newBuilder().setContainerId(id).build();
    }
}
