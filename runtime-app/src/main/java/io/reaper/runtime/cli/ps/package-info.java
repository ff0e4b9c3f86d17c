/**
 * The verb {@code ps}: ps(1) is run, and a container's rows are picked out of its table. Not here:
 * which processes are the container's ({@code container}).
 */
package io.reaper.runtime.cli.ps;
