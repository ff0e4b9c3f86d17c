/**
 * Text that somebody else wrote: numbers in it, and what a message shows of it. Knows nothing of
 * the kernel.
 */
package io.reaper.linux.text;
