package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.linux.seam.LinuxException;
import io.reaper.runtime.container.ContainerProcesses;
import io.reaper.runtime.log.RuntimeLog;
import io.reaper.runtime.state.ContainerDirectory;
import io.reaper.runtime.state.DamagedStateException;
import io.reaper.runtime.state.Snapshot;
import io.reaper.runtime.state.StateStore;
import java.util.ArrayList;
import java.util.List;

/** {@code state}, {@code list} and {@code ps}: they change nothing and take no lock. */
public final class Query {

    private final StateStore store;
    private final RuntimeLog log;

    public Query(StateStore store, RuntimeLog log) {
        this.store = store;
        this.log = log;
    }

    public Snapshot state(ContainerId id) {
        ContainerDirectory directory = store.at(id);
        return directory.snapshot().orElseThrow(directory::missing);
    }

    /**
     * All containers.
     *
     * @param found those that can be read, ordered by id
     * @param problems of the others, a line each
     */
    public record Containers(List<Snapshot> found, List<String> problems) {}

    /** What is wrong with one is told, in the log too, and does not keep the others back. */
    public Containers list() {
        List<Snapshot> found = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (ContainerId id : store.ids()) {
            try {
                store.at(id).snapshot().ifPresent(found::add);
            } catch (DamagedStateException | LinuxException e) {
                log.warning("", e);
                problems.add(e.getMessage());
            }
        }
        return new Containers(found, problems);
    }

    /** Pids of a container's living processes, ascending. */
    public List<Integer> processes(ContainerId id) {
        return new ContainerProcesses(store.at(id), state(id).state())
                .pids().stream().sorted().toList();
    }
}
