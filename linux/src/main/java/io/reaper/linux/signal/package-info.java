/** Names, numbers and arrival of signals. Not here: sending them to processes ({@code process}). */
package io.reaper.linux.signal;
