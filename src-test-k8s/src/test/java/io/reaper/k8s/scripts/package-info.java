/**
 * The scripts that bring Reaper to a cluster: what they call in which order, and what they do on a
 * node. No kind and no minikube is needed; see docs/kubernetes.md for what that leaves open.
 */
package io.reaper.k8s.scripts;
