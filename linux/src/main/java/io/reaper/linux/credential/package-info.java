/**
 * Users, groups and capabilities of the calling thread; what {@code passwd(5)} says of users. Not
 * here: limits, priorities and no_new_privs, which belong to a process ({@code process}).
 */
package io.reaper.linux.credential;
