package io.reaper.k8s.kube;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.reaper.k8s.ContainerSpec;
import io.reaper.k8s.PodSpec;
import java.util.List;
import java.util.Map;

/** A pod of the tests as an object of the API (core/v1). */
final class PodObjects {
    private PodObjects() {}

    /**
     * @param hostname of the node that has to run it: the value of its label kubernetes.io/hostname
     */
    static Pod pod(PodSpec spec, String hostname) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(spec.name())
                .withAnnotations(spec.annotations())
                .endMetadata()
                .withNewSpec()
                .withRuntimeClassName(runtimeClass(spec.runtime()))
                .withHostNetwork(spec.hostNetwork())
                .withRestartPolicy(restartPolicy(spec.restartPolicy()))
                .withTerminationGracePeriodSeconds(spec.grace().toSeconds())
                .withAutomountServiceAccountToken(false)
                .withNodeSelector(Map.of("kubernetes.io/hostname", hostname))
                .withNewSecurityContext()
                .withSupplementalGroups(spec.supplementalGroups())
                .endSecurityContext()
                .withInitContainers(spec.initContainers().stream().map(PodObjects::of).toList())
                .withContainers(spec.containers().stream().map(PodObjects::of).toList())
                .endSpec()
                .build();
    }

    /** The handler runc has no class: it is what the nodes of kind and minikube use without one. */
    private static String runtimeClass(String runtime) {
        return runtime.isEmpty() || runtime.equals(PodSpec.RUNC) ? null : runtime;
    }

    private static String restartPolicy(PodSpec.RestartPolicy policy) {
        return switch (policy) {
            case NEVER -> "Never";
            case ON_FAILURE -> "OnFailure";
            case ALWAYS -> "Always";
        };
    }

    private static Container of(ContainerSpec spec) {
        return new ContainerBuilder()
                .withName(spec.name())
                .withImage(PodSpec.IMAGE)
                .withImagePullPolicy("Never")
                .withCommand(literal(spec.command()))
                .withArgs(literal(spec.args()))
                .withEnv(
                        spec.env().entrySet().stream()
                                .map(it -> new EnvVar(it.getKey(), literal(it.getValue()), null))
                                .toList())
                .withWorkingDir(spec.workingDir().isEmpty() ? null : spec.workingDir())
                .withSecurityContext(user(spec))
                .withStdin(spec.stdin())
                .withTty(spec.tty())
                .build();
    }

    private static SecurityContext user(ContainerSpec spec) {
        SecurityContextBuilder context = new SecurityContextBuilder();
        spec.runAsUser().ifPresent(context::withRunAsUser);
        spec.runAsGroup().ifPresent(context::withRunAsGroup);
        return context.build();
    }

    private static List<String> literal(List<String> words) {
        return words.stream().map(PodObjects::literal).toList();
    }

    /** Kubernetes expands $(NAME) in commands and values, and makes one $ of two. */
    private static String literal(String word) {
        return word.replace("$", "$$");
    }
}
