/** What scripts/install-node.sh does to a node, and the installer that runs it from a pod. */
package io.reaper.k8s.install;
