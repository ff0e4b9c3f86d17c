/**
 * The driver that talks CRI to a containerd of the tests' own and is the kubelet to it: it makes
 * the log directories, starts init containers one after the other and failed containers again.
 */
package io.reaper.k8s.cri;
