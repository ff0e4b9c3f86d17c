/**
 * Pods on a Kubernetes cluster, through its API. scripts/kind-integration.sh and
 * scripts/minikube-setup-runtime.sh name the cluster in the environment; {@code -Dring=cluster}
 * runs the scenarios there.
 */
package io.reaper.k8s.kube;
