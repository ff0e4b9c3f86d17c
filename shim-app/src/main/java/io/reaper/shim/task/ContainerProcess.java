package io.reaper.shim.task;

import io.reaper.linux.process.ProcessTree;
import io.reaper.shim.exec.ExecStatus;
import io.reaper.shim.exec.ExecTask;
import io.reaper.shim.exit.ChildProcess;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A process of a container.
 *
 * @param execId of the exec whose process it is; empty of all others
 */
record ContainerProcess(int pid, String execId) {

    /**
     * Init first, then what is below it, then each exec with what is below it, then what execs have
     * left in the background. Init alone once it has ended: containerd takes an empty list for a
     * leaked shim.
     */
    static List<ContainerProcess> all(Task task, Strays strays) {
        TaskStatus status = task.status();
        Map<Integer, String> found = new LinkedHashMap<>();
        found.put(status.pid(), "");
        switch (status) {
            case TaskStatus.Creating c -> throw task.unknown();
            case TaskStatus.Gone g -> throw task.unknown();
            case TaskStatus.Stopped s -> {}
            case TaskStatus.Deleting d -> {}
            case TaskStatus.Created c -> addTree(found, c.pid(), "");
            case TaskStatus.Starting s -> addTree(found, s.pid(), "");
            case TaskStatus.Running r -> {
                addTree(found, r.pid(), "");
                for (ExecTask exec : task.execs().all()) {
                    if (exec.status() instanceof ExecStatus.Running running) {
                        addTree(found, running.process().pid(), exec.id().value());
                    }
                }
                for (ChildProcess stray : strays.of(task)) {
                    addTree(found, stray.pid(), "");
                }
            }
        }
        List<ContainerProcess> all = new ArrayList<>();
        found.forEach((pid, execId) -> all.add(new ContainerProcess(pid, execId)));
        return all;
    }

    private static void addTree(Map<Integer, String> found, int pid, String execId) {
        found.putIfAbsent(pid, execId);
        ProcessTree.descendants(pid).forEach(below -> found.putIfAbsent(below, ""));
    }
}
