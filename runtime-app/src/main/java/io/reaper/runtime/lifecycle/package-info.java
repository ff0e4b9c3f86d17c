/**
 * The verbs' work, a class each: in which order what is done, under which lock, and how it is
 * undone; with them their requests and the planner, which turns a {@code Spec} into steps of the
 * init stage. Not here: how options are written ({@code cli}), and the means, each in a package of
 * its own: {@code launch}, {@code terminal}, {@code container}, {@code cgroup}.
 */
package io.reaper.runtime.lifecycle;
