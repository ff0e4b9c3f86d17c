package io.reaper.runtime.lifecycle;

import io.reaper.contract.Isolation;
import io.reaper.contract.Settings;
import io.reaper.linux.cgroup.Cgroup;
import io.reaper.linux.file.Fd;
import io.reaper.linux.namespace.NamespaceType;
import io.reaper.runtime.bundle.Bundle;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.container.ContainerHooks;
import io.reaper.runtime.init.InitPlan;
import io.reaper.runtime.init.step.MakeMount;
import io.reaper.runtime.launch.Birth;
import io.reaper.runtime.mount.MountList;
import io.reaper.runtime.namespace.NamespaceRules;
import io.reaper.runtime.namespace.Namespaces;
import io.reaper.runtime.terminal.Console;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is to be made of a bundle, checked before anything is: the one place where the modes differ
 * for {@code create}.
 */
sealed interface Design extends AutoCloseable {

    /**
     * Checks a configuration and opens what it needs of the node.
     *
     * @throws io.reaper.runtime.bundle.SpecException for what cannot be applied
     */
    static Design of(
            Isolation mode,
            Bundle bundle,
            CreateRequest request,
            Surroundings surroundings,
            Settings settings) {
        return switch (mode) {
            case HOST -> onTheNode(bundle.spec(), request, surroundings, settings);
            case OCI -> apart(bundle, request, surroundings);
        };
    }

    private static Design onTheNode(
            Spec spec, CreateRequest request, Surroundings surroundings, Settings settings) {
        ContainerHooks.check(spec, settings);
        InitPlan plan =
                new InitPlanner(spec)
                        .plan(
                                request.id(),
                                request.newKeyring(),
                                InitPlan.Gate.START,
                                surroundings);
        return new OnTheNode(spec, plan);
    }

    private static Design apart(Bundle bundle, CreateRequest request, Surroundings surroundings) {
        Spec spec = bundle.spec();
        ContainerHooks.checkApart(spec);
        boolean hooks = ContainerHooks.someAfterMounts(spec);
        Namespaces namespaces = Namespaces.resolve(spec.isolation().orElseThrow().namespaces());
        try {
            new NamespaceRules(spec.isolation().orElseThrow(), namespaces.own())
                    .check(request.noPivot());
            MountList mounts = MakeMount.list(spec.isolation().orElseThrow(), bundle.directory());
            InitPlan plan =
                    new IsolationPlanner(bundle, namespaces, mounts)
                            .plan(
                                    request,
                                    hooks,
                                    Console.size(spec.process(), request.detached()),
                                    surroundings);
            List<String> passedOver = new ArrayList<>(spec.isolation().orElseThrow().passedOver());
            passedOver.addAll(mounts.passedOver());
            return new Apart(passedOver, plan, namespaces, hooks);
        } catch (RuntimeException e) {
            namespaces.close();
            throw e;
        }
    }

    Isolation mode();

    InitPlan plan();

    /** What the log is told of the properties that are not applied. */
    Optional<String> warning();

    Birth birth(Optional<Cgroup> cgroup);

    /** The stage's descriptors, behind those of the gate. */
    List<Fd> given(Fd fifo, Fd hold);

    boolean ownPids();

    /** Whose devpts the process's terminal is of, if it wants one. */
    Console.Place terminalPlace();

    /** Whether the stage stops for hooks when the mounts are made. */
    boolean hooksAfterMounts();

    @Override
    void close();

    /** In mode {@code host}. */
    record OnTheNode(Spec spec, InitPlan plan) implements Design {

        @Override
        public Isolation mode() {
            return Isolation.HOST;
        }

        @Override
        public Optional<String> warning() {
            return spec.notApplied().isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            "host mode: these properties of config.json are not applied: "
                                    + String.join(", ", spec.notApplied()));
        }

        @Override
        public Birth birth(Optional<Cgroup> cgroup) {
            return Birth.in(cgroup);
        }

        @Override
        public List<Fd> given(Fd fifo, Fd hold) {
            return List.of(fifo, hold);
        }

        @Override
        public boolean ownPids() {
            return false;
        }

        @Override
        public Console.Place terminalPlace() {
            return Console.Place.NODE;
        }

        @Override
        public boolean hooksAfterMounts() {
            return false;
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    /** In mode {@code oci}. */
    record Apart(
            List<String> passedOver, InitPlan plan, Namespaces namespaces, boolean hooksAfterMounts)
            implements Design {

        @Override
        public Isolation mode() {
            return Isolation.OCI;
        }

        @Override
        public Optional<String> warning() {
            return passedOver.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            "these properties of config.json are not applied by this version: "
                                    + String.join(", ", passedOver));
        }

        @Override
        public Birth birth(Optional<Cgroup> cgroup) {
            return new Birth(cgroup, namespaces.newFlags(), namespaces.pidNamespace());
        }

        @Override
        public List<Fd> given(Fd fifo, Fd hold) {
            List<Fd> given = new ArrayList<>(List.of(fifo, hold));
            given.addAll(namespaces.given());
            return given;
        }

        @Override
        public boolean ownPids() {
            return namespaces.ownPids();
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
