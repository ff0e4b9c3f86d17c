package io.reaper.runtime.container;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.Settings;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.process.Pidfd;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.bundle.SpecException;
import io.reaper.runtime.bundle.SpecReader;
import io.reaper.runtime.hooks.HookException;
import io.reaper.runtime.hooks.HookKind;
import io.reaper.runtime.hooks.HookRunner;
import io.reaper.runtime.hooks.Hooks;
import io.reaper.runtime.init.InitPlan.StartHooks;
import io.reaper.runtime.log.RuntimeLog;
import io.reaper.runtime.state.ContainerDirectory;
import io.reaper.runtime.state.ContainerException;
import io.reaper.runtime.state.ContainerState;
import io.reaper.runtime.state.StateJson;
import io.reaper.runtime.state.Status;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A container's hooks at the moments of its life (runtime-spec 1.3.0, runtime.md, "Lifecycle").
 * They run in the bundle's directory, as runc's do, but for those of start: these are run by init
 * itself, as the container's user.
 */
public final class ContainerHooks {

    private static final String NETWORK = "network";
    private static final List<HookKind> NETWORK_HOOKS =
            List.of(HookKind.PRESTART, HookKind.CREATE_RUNTIME);
    private static final List<HookKind> CREATE_HOOKS =
            List.of(HookKind.PRESTART, HookKind.CREATE_RUNTIME, HookKind.CREATE_CONTAINER);

    private final Hooks hooks;
    private final RuntimeLog log;

    public ContainerHooks(Hooks hooks, RuntimeLog log) {
        this.hooks = hooks;
        this.log = log;
    }

    /**
     * Those of a container that was created before; none if its state says so. A configuration that
     * cannot be read any more is told to the log: nothing waits for these hooks to succeed.
     */
    public static ContainerHooks late(
            ContainerDirectory directory, ContainerState state, RuntimeLog log) {
        if (!state.lateHooks()) {
            return new ContainerHooks(Hooks.NONE, log);
        }
        try {
            Spec spec = SpecReader.read("config.json", directory.configuration());
            return new ContainerHooks(spec.hooks(), log);
        } catch (RuntimeException e) {
            log.warning("poststart and poststop hooks are not run: ", e);
            return new ContainerHooks(Hooks.NONE, log);
        }
    }

    /**
     * In host mode there is no network but the host's: hooks that are meant for the container's own
     * would change that.
     *
     * @throws SpecException if there are some, and the node does not allow it
     */
    public static void check(Spec spec, Settings settings) {
        if (!spec.namespaces().contains(NETWORK)) {
            return;
        }
        for (HookKind kind : NETWORK_HOOKS) {
            if (spec.hooks().has(kind) && !settings.runsNetworkHooks()) {
                throw new SpecException(
                        ErrorCode.E_HOOK_REFUSED,
                        "config.json",
                        "hooks." + kind.property(),
                        "refused in host mode: linux.namespaces asks for a network namespace, and"
                                + " without one the hook would set up the host's own network;"
                                + " use the host's network (no namespace of type network), or set "
                                + Settings.HOST_HOOKS
                                + "=run");
            }
        }
    }

    /**
     * In an isolated container those that run in its namespaces before its root is entered are
     * missing.
     *
     * @throws SpecException if there are some
     */
    public static void checkApart(Spec spec) {
        if (spec.hooks().has(HookKind.CREATE_CONTAINER)) {
            throw new SpecException(
                    ErrorCode.E_CONFIG_UNSUPPORTED,
                    "config.json",
                    "hooks." + HookKind.CREATE_CONTAINER.property(),
                    "is not supported by this version in an isolated container; leave it out");
        }
    }

    /** Whether create has hooks to run, for which the container's mounts are made before. */
    public static boolean someAfterMounts(Spec spec) {
        return NETWORK_HOOKS.stream().anyMatch(spec.hooks()::has);
    }

    public boolean hasLate() {
        return hooks.has(HookKind.POSTSTART) || hooks.has(HookKind.POSTSTOP);
    }

    /**
     * Those of create: init is there and waits.
     *
     * @throws ContainerException for the first one that fails
     */
    public void creating(ContainerState state, Pidfd init) {
        for (HookKind kind : CREATE_HOOKS) {
            if (hooks.has(kind)) {
                try {
                    runner(state, Status.CREATING, Optional.of(init)).runAll(kind, hooks.of(kind));
                } catch (HookException e) {
                    throw new ContainerException(
                            ErrorCode.E_HOOK_FAILED,
                            "unable to start container process: " + e.getMessage(),
                            e);
                }
            }
        }
    }

    /** What init runs as soon as it may run the program. */
    public Optional<StartHooks> starting(ContainerState state) {
        return hooks.has(HookKind.START_CONTAINER)
                ? Optional.of(
                        new StartHooks(
                                hooks.of(HookKind.START_CONTAINER),
                                StateJson.forHooks(state, Status.CREATED)))
                : Optional.empty();
    }

    /** Those after the start of the program; a failure is a warning. */
    public void started(ContainerState state) {
        runLate(HookKind.POSTSTART, state, Status.RUNNING);
    }

    /** Those after the container is gone; a failure is a warning. */
    public void deleted(ContainerState state) {
        runLate(HookKind.POSTSTOP, state, Status.STOPPED);
    }

    private void runLate(HookKind kind, ContainerState state, Status status) {
        if (hooks.has(kind)) {
            runner(state, status, Optional.empty())
                    .runAll(kind, hooks.of(kind), failure -> log.warning("", failure));
        }
    }

    private static HookRunner runner(ContainerState state, Status status, Optional<Pidfd> init) {
        String json = StateJson.forHooks(state, status);
        boolean shown = status != Status.STOPPED && state.pid() != 0;
        return new HookRunner(
                shown ? HookRunner.withPid(json, state.pid()) : json,
                Optional.of(directory(state)),
                init);
    }

    /** The bundle may be gone when the container is deleted. */
    private static Path directory(ContainerState state) {
        return FileStat.isDirectory(state.bundle()) ? state.bundle() : Path.of("/");
    }
}
