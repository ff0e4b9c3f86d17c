/**
 * The ring of tests that run containers on this machine's kernel, as root, by the program as it is
 * installed; with their bundles, terminals and cgroups. Not here: tests of single classes, which
 * are in the packages of those.
 */
package io.reaper.runtime.kernel;
