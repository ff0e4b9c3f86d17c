/**
 * Containers in mode {@code oci}, by what their programs see of namespaces, root and mounts. Not
 * here: what is the same in both modes, which is in {@code kernel}.
 */
package io.reaper.runtime.kernel.isolation;
