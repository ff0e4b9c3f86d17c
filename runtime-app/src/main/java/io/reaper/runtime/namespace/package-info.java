/**
 * The namespaces of a container: which are new, joined or inherited, what that forbids the rest of
 * its configuration, and which of them {@code exec} has to enter. Not here: what a namespace is
 * ({@code io.reaper.linux.namespace}), and the steps by which the init stage enters them ({@code
 * init.step}).
 */
package io.reaper.runtime.namespace;
