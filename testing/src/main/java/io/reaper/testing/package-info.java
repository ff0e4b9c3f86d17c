/**
 * What the tests of several modules stand on: a node of the tests' own ({@link
 * io.reaper.testing.PrivateNode}) with processes, terminals and cgroups to look at, containerds of
 * several releases, an image made of the machine's busybox.
 */
package io.reaper.testing;
