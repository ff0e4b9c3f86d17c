package io.reaper.shim.task;

import io.reaper.linux.cgroup.ControlGroups;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.Children;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Processes of containers whose parents have ended, so that they are the shim's children now: what
 * an exec leaves in the background lives on here until its container ends.
 *
 * <p>Whose one is, its control groups tell where the runtime gives each container one of its own.
 * Otherwise it is taken for the container's with whose process's end it was adopted: two that end
 * at the same moment may be mixed up then.
 */
final class Strays {

    private final Children children;
    private final Map<ChildProcess, Task> appearances = new ConcurrentHashMap<>();

    Strays(Children children) {
        this.children = children;
    }

    /** An init or an exec has ended and left these; never blocks. */
    void adopted(Task task, List<ChildProcess> orphans) {
        for (ChildProcess orphan : orphans) {
            appearances.put(orphan, task);
            CompletableFuture<Void> unused =
                    orphan.exit()
                            .thenAccept(
                                    exit -> {
                                        if (appearances.remove(orphan) != null) {
                                            adopted(task, exit.orphans());
                                        }
                                    });
        }
    }

    /** It was adopted, and turns out to be an init or an exec: no stray. */
    void claimed(ChildProcess process) {
        appearances.remove(process);
    }

    /** Those of a container that live. */
    List<ChildProcess> of(Task task) {
        List<ChildProcess> adopted = children.adopted();
        if (adopted.isEmpty()) {
            return adopted;
        }
        ControlGroups shim = ControlGroups.of((int) ProcessHandle.current().pid());
        return adopted.stream().filter(process -> isOf(task, process, shim)).toList();
    }

    /** Kills them and what they leave; done when all have ended. */
    CompletableFuture<Void> end(Task task, List<ChildProcess> strays) {
        ControlGroups shim = ControlGroups.of((int) ProcessHandle.current().pid());
        return children.end(strays, process -> isOf(task, process, shim));
    }

    private boolean isOf(Task task, ChildProcess process, ControlGroups shim) {
        ControlGroups groups = ControlGroups.of(process.pid());
        boolean told = !task.groups().isEmpty() && !groups.unlike(shim).isEmpty();
        return told ? task.groups().hold(groups) : task.equals(appearances.get(process));
    }
}
