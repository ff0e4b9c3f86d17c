/**
 * Containers in namespaces and a root of their own, by the installed program: what their programs
 * see, what is refused, what is left behind. Not here: host mode, which is in the package above.
 */
package io.reaper.runtime.kernel.isolation;
