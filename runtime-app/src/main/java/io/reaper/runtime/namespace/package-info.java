/**
 * A container's namespaces: which are new, joined or the runtime's own, and what needs one of its
 * own. Not here: the calls ({@code io.reaper.linux}) and when they are made ({@code init.step}).
 */
package io.reaper.runtime.namespace;
