package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.linux.credential.Capabilities;
import io.reaper.linux.credential.Capability;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.init.InitPlan;
import io.reaper.runtime.init.InitStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Turns a configuration into the steps of the init stage; pure. */
final class InitPlanner {

    private static final int DEFAULT_UMASK = 0022;
    private static final List<String> PLACEHOLDER = List.of("reaper-pause");

    private final Spec.ContainerProcess process;
    private final boolean placeholder;
    private final Set<String> unknownCapabilities = new TreeSet<>();

    /** Of a process that is run beside a container's first one. */
    InitPlanner(Spec.ContainerProcess process) {
        this(process, false);
    }

    /**
     * Of a container's first process: the program of a pod's sandbox lies in an image, which host
     * mode does not enter, so that a placeholder takes its place.
     */
    InitPlanner(Spec spec) {
        this(spec.process(), spec.isSandbox());
    }

    private InitPlanner(Spec.ContainerProcess process, boolean placeholder) {
        this.process = process;
        this.placeholder = placeholder;
    }

    /**
     * The order matters: rights are needed for most steps and lost by the last ones.
     *
     * @param newKeyring whether the process gets the container's session keyring, not the caller's
     */
    InitPlan plan(ContainerId id, boolean newKeyring, InitPlan.Gate gate) {
        Spec.User user = process.user();
        Capabilities.Sets sets = capabilities();
        List<InitStep> steps = new ArrayList<>();
        steps.add(new InitStep.BecomeSubreaper());
        steps.add(
                process.terminal()
                        ? new InitStep.TakeTerminal(user.uid())
                        : new InitStep.OwnStreams(user.uid()));
        if (newKeyring) {
            steps.add(new InitStep.JoinSessionKeyring("_ses." + id));
        }
        process.oomScoreAdj().ifPresent(value -> steps.add(new InitStep.SetOomScore(value)));
        process.scheduler().ifPresent(wanted -> steps.add(new InitStep.SetScheduler(wanted)));
        process.ioPriority()
                .ifPresent(
                        io -> steps.add(new InitStep.SetIoPriority(io.ioClass(), io.priority())));
        if (!process.rlimits().isEmpty()) {
            steps.add(new InitStep.RaiseLimits(process.rlimits()));
        }
        if (process.noNewPrivileges()) {
            steps.add(new InitStep.ForbidNewPrivileges());
        }
        steps.add(new InitStep.SetUmask(user.umask().orElse(DEFAULT_UMASK)));
        steps.add(new InitStep.ChangeDirectory(placeholder ? "/" : process.cwd()));
        steps.add(new InitStep.LimitBoundingSet(sets.bounding()));
        steps.add(new InitStep.KeepCapabilities());
        steps.add(new InitStep.SetGroups(user.additionalGids()));
        steps.add(new InitStep.SetGid(user.gid()));
        steps.add(new InitStep.SetUid(user.uid()));
        steps.add(new InitStep.SetCapabilities(sets));
        return new InitPlan(
                List.copyOf(steps),
                placeholder ? PLACEHOLDER : process.args(),
                placeholder ? List.of() : lastOfEachName(),
                process.rlimits(),
                gate,
                placeholder,
                Optional.empty());
    }

    /** What the log is told of; empty if there is nothing. */
    Optional<String> warning() {
        return unknownCapabilities.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "ignoring unknown or unavailable capabilities: " + unknownCapabilities);
    }

    private Capabilities.Sets capabilities() {
        Spec.Capabilities wanted = process.capabilities();
        return new Capabilities.Sets(
                mask(wanted.bounding()),
                mask(wanted.effective()),
                mask(wanted.inheritable()),
                mask(wanted.permitted()),
                mask(wanted.ambient()));
    }

    private long mask(List<String> names) {
        long mask = 0;
        for (String name : names) {
            Optional<Capability> capability = Capability.of(name);
            if (capability.isPresent()) {
                mask |= capability.get().mask();
            } else {
                unknownCapabilities.add(name);
            }
        }
        return mask;
    }

    /**
     * A later entry of the same name replaces an earlier one: programs disagree on which counts.
     */
    private List<String> lastOfEachName() {
        Map<String, String> entries = new LinkedHashMap<>();
        for (String entry : process.env()) {
            entries.put(entry.substring(0, entry.indexOf('=')), entry);
        }
        return List.copyOf(entries.values());
    }
}
