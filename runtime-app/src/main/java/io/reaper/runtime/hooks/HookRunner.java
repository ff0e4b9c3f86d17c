package io.reaper.runtime.hooks;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.process.ExitStatus;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.signal.Signals;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.child.ChildRun;
import io.reaper.runtime.child.ChildRun.End;
import io.reaper.runtime.child.Tail;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs hooks: each one gets the container's state on standard input, and what it says is kept for
 * the error message. Nothing but the JDK and the kernel seam, since the init stage runs some.
 *
 * @param state the JSON for them
 * @param directory where they run; empty: where this process does
 * @param owner the process they are run for: a hook is killed once that has ended
 */
public record HookRunner(String state, Optional<Path> directory, Optional<Pidfd> owner) {

    /** Bytes of each of a hook's streams that an error tells. */
    private static final int TOLD = 1024;

    /**
     * The state of a container whose pid is known only later.
     *
     * @param state a JSON object without a pid, but with another property
     */
    public static String withPid(String state, int pid) {
        return state.substring(0, state.lastIndexOf('}')) + ",\"pid\":" + pid + "}";
    }

    /**
     * Runs all, one after the other.
     *
     * @throws HookException for the first one that fails; the others are not run
     */
    public void runAll(HookKind kind, List<Hook> hooks) {
        runAll(
                kind,
                hooks,
                failure -> {
                    throw failure;
                });
    }

    /** Runs all, whatever becomes of each; failures are told. */
    public void runAll(HookKind kind, List<Hook> hooks, Consumer<HookException> failed) {
        for (int i = 0; i < hooks.size(); i++) {
            Hook hook = hooks.get(i);
            Optional<String> problem = run(hook);
            if (problem.isPresent()) {
                failed.accept(
                        new HookException(
                                "error running %s hook #%d (%s): %s"
                                        .formatted(
                                                kind.property(),
                                                i,
                                                Excerpt.of(hook.path()),
                                                problem.get())));
            }
        }
    }

    /** What went wrong; empty if nothing did. */
    private Optional<String> run(Hook hook) {
        Tail out = new Tail(TOLD);
        Tail err = new Tail(TOLD);
        ChildRun run = new ChildRun(hook.path(), hook.argv(), hook.env(), directory, state);
        End end;
        try {
            end = run.run(out, err, deadline(hook), owner);
        } catch (LinuxException e) {
            return Optional.of(e.errno().text());
        }
        return problem(hook, end).map(text -> text + said("stdout", out) + said("stderr", err));
    }

    private static Deadline deadline(Hook hook) {
        // deadline: the hook's own, from the configuration
        return hook.timeout().isPresent()
                ? Deadline.after(Duration.ofSeconds(hook.timeout().getAsInt()))
                : Deadline.NONE;
    }

    private static Optional<String> problem(Hook hook, End end) {
        return switch (end) {
            case End.Exited(ExitStatus status) -> problem(status);
            case End.TimedOut() ->
                    Optional.of(
                            "killed, it ran past its timeout of "
                                    + hook.timeout().getAsInt()
                                    + " s");
            case End.CutOff() -> Optional.of("killed, since the container's init has ended");
        };
    }

    private static Optional<String> problem(ExitStatus status) {
        if (status.signal() != 0) {
            return Optional.of("killed by " + Signals.name(status.signal()));
        }
        return status.code() == 0 ? Optional.empty() : Optional.of("exit status " + status.code());
    }

    private static String said(String stream, Tail tail) {
        String text = tail.text();
        return text.isEmpty() ? "" : ", " + stream + ": " + text;
    }
}
