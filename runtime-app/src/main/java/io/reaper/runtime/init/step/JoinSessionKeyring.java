package io.reaper.runtime.init.step;

import io.reaper.contract.ContainerId;
import io.reaper.linux.process.ProcessControl;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.util.Optional;

/**
 * Leaves the caller's session keyring for another one ({@code KEYCTL_JOIN_SESSION_KEYRING} of
 * {@code keyctl(2)}). Kernels without keyrings, filters that forbid them and a full quota are no
 * reason to fail.
 */
public record JoinSessionKeyring(String name) implements InitStep {

    static final int NUMBER = 3;

    /**
     * The container's, which all its processes share.
     *
     * @param wanted whether the verb was not told to keep the caller's
     */
    public static Optional<JoinSessionKeyring> of(ContainerId id, boolean wanted) {
        return wanted ? Optional.of(new JoinSessionKeyring("_ses." + id)) : Optional.empty();
    }

    static JoinSessionKeyring read(PlanInput in) {
        return new JoinSessionKeyring(in.text());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.text(name);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        try {
            new ProcessControl(stage.syscalls()).joinSessionKeyring(name);
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
}
