/**
 * Waiting for descriptors, with or without a deadline: poll, epoll, eventfd, inotify. Not here: the
 * end of a process ({@code process}) and signals ({@code signal}), which are waited for by these
 * means.
 */
package io.reaper.linux.event;
