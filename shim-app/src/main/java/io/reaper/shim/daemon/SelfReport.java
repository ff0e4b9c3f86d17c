package io.reaper.shim.daemon;

import io.reaper.linux.signal.SignalPipe;
import io.reaper.linux.signal.Signals;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.task.Tasks;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tells what a daemon is at when SIGUSR1 asks for it, as shims in Go do: the stacks of its threads
 * and the stages of its containers, in its log and so in containerd's. Calls run on virtual
 * threads, which have no part in the former: where one hangs, the latter show.
 */
final class SelfReport {

    private SelfReport() {}

    /** From now on, for the rest of the process's life. */
    static void onSignal(KernelEvents events, Tasks tasks, ShimLog log) {
        SignalPipe signals = SignalPipe.open(Set.of(Signals.SIGUSR1));
        KernelEvents.Watch unused =
                events.watch(
                        signals.fd(),
                        () -> {
                            if (signals.take() != 0) {
                                // not here: what it looks at may be what hangs
                                Thread.ofPlatform().name("report").start(() -> tell(tasks, log));
                            }
                        });
    }

    private static void tell(Tasks tasks, ShimLog log) {
        Thread.getAllStackTraces()
                .forEach(
                        (thread, frames) ->
                                log.warn(
                                        "SIGUSR1: thread %s, %s: %s"
                                                .formatted(
                                                        thread.getName(),
                                                        thread.getState(),
                                                        text(frames))));
        tasks.overview().forEach(container -> log.warn("SIGUSR1: " + container));
    }

    /** The innermost first: an entry of the log has an end. */
    private static String text(StackTraceElement[] frames) {
        return Stream.of(frames)
                .map(StackTraceElement::toString)
                .collect(Collectors.joining(" < "));
    }
}
