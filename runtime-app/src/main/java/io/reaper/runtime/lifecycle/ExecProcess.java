package io.reaper.runtime.lifecycle;

import io.reaper.contract.Isolation;
import io.reaper.runtime.bundle.Document;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.bundle.SpecReader;
import io.reaper.runtime.state.ContainerDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** The process which {@code exec} is asked for. */
public sealed interface ExecProcess {

    /**
     * Described whole by a file that holds a {@code process}.
     *
     * @param terminal it gets a terminal even if the file does not ask for one
     */
    record Described(Path file, boolean terminal) implements ExecProcess {}

    /**
     * As the container's own process, but for what is given here.
     *
     * @param args not empty
     * @param env {@code NAME=value}, added
     * @param additionalGids added
     * @param capabilities names, added to what the process may and has
     * @param noNewPrivileges it is forbidden new privileges even if the container is not
     */
    record Alike(
            List<String> args,
            Optional<String> cwd,
            List<String> env,
            boolean terminal,
            OptionalInt uid,
            OptionalInt gid,
            List<Integer> additionalGids,
            List<String> capabilities,
            boolean noNewPrivileges)
            implements ExecProcess {}

    /**
     * All of it.
     *
     * @param mode of the container
     * @param notApplied in mode {@code host}: properties that ask for what is not applied are added
     */
    default Spec.ContainerProcess in(
            ContainerDirectory container, Isolation mode, List<String> notApplied) {
        return switch (this) {
            case Described(Path file, boolean terminal) -> {
                Spec.ContainerProcess process =
                        SpecReader.readProcess(
                                file.toString(), Document.read(file), mode, notApplied);
                yield process.withTerminal(process.terminal() || terminal);
            }
            case Alike changes ->
                    merged(
                            SpecReader.read("config.json", container.configuration()).process(),
                            changes);
        };
    }

    private static Spec.ContainerProcess merged(Spec.ContainerProcess own, Alike changes) {
        return new Spec.ContainerProcess(
                changes.args(),
                both(own.env(), changes.env()),
                changes.cwd().orElse(own.cwd()),
                new Spec.User(
                        changes.uid().orElse(own.user().uid()),
                        changes.gid().orElse(own.user().gid()),
                        both(own.user().additionalGids(), changes.additionalGids()),
                        own.user().umask()),
                own.rlimits(),
                own.oomScoreAdj(),
                capabilities(own.capabilities(), changes.capabilities()),
                own.noNewPrivileges() || changes.noNewPrivileges(),
                own.ioPriority(),
                own.scheduler(),
                changes.terminal(),
                own.consoleSize());
    }

    /** Inheritable ones are left as they are (CVE-2022-29162), so these are not ambient either. */
    private static Spec.Capabilities capabilities(Spec.Capabilities own, List<String> added) {
        return new Spec.Capabilities(
                both(own.bounding(), added),
                both(own.effective(), added),
                own.inheritable(),
                both(own.permitted(), added),
                own.ambient());
    }

    private static <T> List<T> both(List<T> some, List<T> more) {
        return more.isEmpty() ? some : Stream.concat(some.stream(), more.stream()).toList();
    }
}
