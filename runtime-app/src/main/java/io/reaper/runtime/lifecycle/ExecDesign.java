package io.reaper.runtime.lifecycle;

import io.reaper.contract.ContainerId;
import io.reaper.contract.Isolation;
import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.file.Fd;
import io.reaper.linux.namespace.NamespaceType;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.init.InitPlan;
import io.reaper.runtime.launch.Birth;
import io.reaper.runtime.namespace.InitNamespaces;
import io.reaper.runtime.terminal.Console;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a process gets into a running container: the one place where the modes differ for {@code
 * exec}.
 */
sealed interface ExecDesign extends AutoCloseable {

    /**
     * By what the container's init has now.
     *
     * @param mode of the container's create
     * @param window the size of the terminal's
     * @param init must be looked at once more when its namespaces have been taken
     * @throws LinuxException if it ends meanwhile
     */
    static ExecDesign of(
            Isolation mode,
            ContainerId id,
            Spec.ContainerProcess process,
            Optional<WindowSize> window,
            Surroundings surroundings,
            Pidfd init) {
        return switch (mode) {
            case HOST -> {
                InitPlan.Gate none = InitPlan.Gate.NONE;
                yield new OnTheNode(new InitPlanner(process).plan(id, true, none, surroundings));
            }
            case OCI -> {
                InitNamespaces namespaces = InitNamespaces.of(init.pid());
                InitPlan plan =
                        new ExecPlanner(process, namespaces)
                                .plan(id, init.pid(), window, surroundings);
                yield new Inside(plan, namespaces, init);
            }
        };
    }

    InitPlan plan();

    Birth birth(Optional<Cgroup> cgroup);

    /** The stage's descriptors. */
    List<Fd> given();

    /** Whose devpts the process's terminal is of, if it wants one. */
    Console.Place terminalPlace();

    @Override
    void close();

    /** Of a container in mode {@code host}. */
    record OnTheNode(InitPlan plan) implements ExecDesign {

        @Override
        public Birth birth(Optional<Cgroup> cgroup) {
            return Birth.in(cgroup);
        }

        @Override
        public List<Fd> given() {
            return List.of();
        }

        @Override
        public Console.Place terminalPlace() {
            return Console.Place.NODE;
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    /**
     * Of a container in mode {@code oci}.
     *
     * @param init not closed with this
     */
    record Inside(InitPlan plan, InitNamespaces namespaces, Pidfd init) implements ExecDesign {

        @Override
        public Birth birth(Optional<Cgroup> cgroup) {
            return new Birth(cgroup, 0, namespaces.pidNamespace());
        }

        @Override
        public List<Fd> given() {
            List<Fd> given = new ArrayList<>(List.of(init.fd()));
            namespaces.root().ifPresent(given::add);
            return given;
        }

        @Override
        public Console.Place terminalPlace() {
            return namespaces.isOwn(NamespaceType.MOUNT)
                    ? Console.Place.CONTAINER
                    : Console.Place.NODE;
        }

        @Override
        public void close() {
            namespaces.close();
        }
    }
}
