/**
 * The cgroup of a container: where it is to be, how it is made and removed. Limits belong here. Not
 * here: which processes are in it ({@code container}), the files of the hierarchy ({@code Cgroup}
 * of the kernel seam).
 */
package io.reaper.runtime.cgroup;
