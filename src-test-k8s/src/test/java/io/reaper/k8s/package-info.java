/**
 * Pods on Reaper: scenarios which are written once against a {@link io.reaper.k8s.Cluster}.
 *
 * <p>Two drivers are there: {@code io.reaper.k8s.cri} talks CRI to a private containerd and plays
 * the kubelet itself, {@code io.reaper.k8s.kube} talks to a cluster (REAPER_KUBECONFIG).
 */
package io.reaper.k8s;
