/**
 * The containers of a daemon. {@code TaskService} decodes a call, {@code Tasks} finds the container
 * and does it; creation, deletion and what follows init's end are a class each. {@code Task} alone
 * changes a container's stage and tells of it. Not here: an exec's own life ({@code exec}), the
 * record on disk ({@code bundle}), events ({@code event}), commands of the runtime ({@code
 * runtime}).
 */
package io.reaper.shim.task;
