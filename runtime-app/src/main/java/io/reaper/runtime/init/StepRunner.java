package io.reaper.runtime.init;

import io.reaper.linux.credential.Capabilities;
import io.reaper.linux.credential.Credentials;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.process.ProcessControl;
import io.reaper.linux.process.Rlimits;
import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import io.reaper.linux.process.Scheduling;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/** Does the steps of a plan to the calling thread and its process. */
final class StepRunner {

    private static final int STANDARD_INPUT = 0;
    private static final int STANDARD_STREAMS = 3;
    private static final int KEEP_GROUP = -1;
    private static final String OOM_SCORE = "/proc/self/oom_score_adj";
    private static final String LOWERED =
            " (lower than the caller's own it needs CAP_SYS_RESOURCE;"
                    + " with restrict_oom_score_adj = true containerd asks for no lower one)";

    private final Syscalls syscalls;
    private final IntFunction<FileStat> stats;
    private final ProcessControl process;
    private final Credentials credentials;
    private final Capabilities capabilities;
    private final Scheduling scheduling;
    private final Rlimits rlimits;

    /**
     * @param stats what kind of file a descriptor is
     */
    StepRunner(Syscalls syscalls, IntFunction<FileStat> stats) {
        this.syscalls = syscalls;
        this.stats = stats;
        this.process = new ProcessControl(syscalls);
        this.credentials = new Credentials(syscalls);
        this.capabilities = new Capabilities(syscalls);
        this.scheduling = new Scheduling(syscalls);
        this.rlimits = new Rlimits(syscalls);
    }

    /**
     * @return what was not done, if that is no reason to fail
     * @throws LinuxException if it cannot be done
     */
    Optional<String> run(InitStep step) {
        switch (step) {
            case InitStep.BecomeSubreaper() -> process.becomeSubreaper();
            case InitStep.OwnStreams(int uid) -> ownStreams(uid);
            case InitStep.TakeTerminal(int uid) -> takeTerminal(uid);
            case InitStep.JoinSessionKeyring(String name) -> {
                return joinSessionKeyring(name);
            }
            case InitStep.SetOomScore(int value) -> setOomScore(value);
            case InitStep.SetScheduler(Scheduling.Attributes attributes) ->
                    scheduling.set(attributes);
            case InitStep.SetIoPriority(int ioClass, int level) ->
                    scheduling.setIoPriority(ioClass, level);
            case InitStep.RaiseLimits(Map<Resource, Limit> limits) -> raise(limits);
            case InitStep.ForbidNewPrivileges() -> process.setNoNewPrivileges();
            case InitStep.SetUmask(int mask) -> credentials.umask(mask);
            case InitStep.ChangeDirectory(String path) -> changeDirectory(path);
            case InitStep.LimitBoundingSet(long keep) -> capabilities.limitBounding(keep);
            case InitStep.KeepCapabilities() -> capabilities.keepOnSetUid(true);
            case InitStep.SetGroups(List<Integer> gids) ->
                    credentials.setGroups(gids.stream().mapToInt(Integer::intValue).toArray());
            case InitStep.SetGid(int gid) -> credentials.setGid(gid);
            case InitStep.SetUid(int uid) -> credentials.setUid(uid);
            case InitStep.SetCapabilities(Capabilities.Sets sets) -> {
                return capabilities
                        .set(sets)
                        .map(
                                names ->
                                        "ambient capabilities left out, they are not inheritable: "
                                                + names);
            }
        }
        return Optional.empty();
    }

    /** The limits as they are to be when the program starts. */
    void setLimits(Map<Resource, Limit> limits) {
        limits.forEach(rlimits::set);
    }

    private void raise(Map<Resource, Limit> limits) {
        limits.forEach(
                (resource, wanted) -> {
                    Limit now = rlimits.get(resource);
                    if (Long.compareUnsigned(now.hard(), wanted.hard()) < 0) {
                        rlimits.set(resource, new Limit(now.soft(), wanted.hard()));
                    }
                });
    }

    /**
     * So that a program without rights can open /dev/stdout; never a file, it may be anybody's log.
     */
    private void ownStreams(int uid) {
        for (int fd = 0; fd < STANDARD_STREAMS; fd++) {
            FileStat stat = stats.apply(fd);
            if ((stat.isFifo() || stat.isSocket()) && stat.uid() != uid) {
                long result = syscalls.fchown(fd, uid, KEEP_GROUP);
                // a stream of a read-only or foreign filesystem: the program has it open all the
                // same
                if (result != -Errno.EPERM.number()
                        && result != -Errno.EINVAL.number()
                        && result != -Errno.EROFS.number()) {
                    LinuxException.check(result, "fchown", "fd " + fd);
                }
            }
        }
    }

    private void takeTerminal(int uid) {
        process.takeTerminal(STANDARD_INPUT);
        if (stats.apply(STANDARD_INPUT).uid() != uid) {
            LinuxException.check(
                    syscalls.fchown(STANDARD_INPUT, uid, KEEP_GROUP),
                    "fchown",
                    "fd " + STANDARD_INPUT);
        }
    }

    /**
     * Kernels without keyrings, filters that forbid them and a full quota are no reason to fail.
     */
    private Optional<String> joinSessionKeyring(String name) {
        try {
            process.joinSessionKeyring(name);
            return Optional.empty();
        } catch (LinuxException e) {
            if (e.is(Errno.ENOSYS)) {
                return Optional.empty();
            }
            if (e.is(Errno.EPERM) || e.is(Errno.EACCES) || e.is(Errno.EDQUOT)) {
                return Optional.of(e.getMessage() + "; the caller's session keyring stays");
            }
            throw e;
        }
    }

    private void setOomScore(int value) {
        long fd =
                LinuxException.check(
                        syscalls.openat(Syscalls.AT_FDCWD, OOM_SCORE, OpenFlags.O_WRONLY, 0),
                        "open",
                        OOM_SCORE);
        byte[] text = Integer.toString(value).getBytes(StandardCharsets.US_ASCII);
        try (Memory buffer = Memory.of(text.length)) {
            buffer.bytes().put(0, text);
            long result = syscalls.write((int) fd, buffer, text.length);
            LinuxException.check(
                    result,
                    "write \"" + value + "\" to",
                    result == -Errno.EACCES.number() ? OOM_SCORE + LOWERED : OOM_SCORE);
        } finally {
            syscalls.close((int) fd);
        }
    }

    private void changeDirectory(String path) {
        try {
            process.changeDirectory(path);
        } catch (LinuxException e) {
            throw new LinuxException(
                    "chdir to cwd (\"" + path + "\") set in config.json failed", "", e.errno());
        }
    }
}
