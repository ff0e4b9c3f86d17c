package io.reaper.runtime.init.step;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.bundle.SpecException;
import java.util.Optional;

/**
 * What machine the program believes to run on ({@code personality(2)}): {@code LINUX32} makes
 * {@code uname(2)} tell the 32-bit one.
 *
 * @param persona {@code PER_…}
 */
public record SetPersonality(int persona) implements InitStep {

    static final int NUMBER = 26;

    private static final int PER_LINUX = 0;
    private static final int PER_LINUX32 = 8;

    /**
     * {@code linux.personality}.
     *
     * @throws SpecException if the domain is unknown, or flags are asked for
     */
    public static Optional<SetPersonality> of(IsolationSpec spec) {
        if (spec.personality().isEmpty()) {
            return Optional.empty();
        }
        IsolationSpec.Personality personality = spec.personality().get();
        if (!personality.flags().isEmpty()) {
            throw wrong("flags", ErrorCode.E_NOT_SUPPORTED, "no flags are supported");
        }
        return Optional.of(
                new SetPersonality(
                        switch (personality.domain()) {
                            case "LINUX" -> PER_LINUX;
                            case "LINUX32" -> PER_LINUX32;
                            default ->
                                    throw wrong(
                                            "domain",
                                            ErrorCode.E_CONFIG_INVALID,
                                            "invalid personality domain "
                                                    + Excerpt.quoted(personality.domain()));
                        }));
    }

    private static SpecException wrong(String property, ErrorCode code, String problem) {
        return new SpecException(code, "config.json", "linux.personality." + property, problem);
    }

    static SetPersonality read(PlanInput in) {
        return new SetPersonality(in.int32());
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32(persona);
    }

    @Override
    public Optional<String> run(StepContext stage) {
        LinuxException.check(stage.syscalls().personality(persona), "personality", persona);
        return Optional.empty();
    }
}
