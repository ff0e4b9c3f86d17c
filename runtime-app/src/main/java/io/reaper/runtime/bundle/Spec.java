package io.reaper.runtime.bundle;

import io.reaper.linux.process.Rlimits.Limit;
import io.reaper.linux.process.Rlimits.Resource;
import io.reaper.linux.process.Scheduling;
import io.reaper.linux.terminal.WindowSize;
import io.reaper.runtime.hooks.Hooks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The part of an OCI configuration which this runtime applies (runtime-spec 1.3, config.md).
 *
 * @param rootPath {@code root.path} as written
 * @param cgroupsPath {@code linux.cgroupsPath} as written
 * @param namespaces the types of {@code linux.namespaces}, in their order
 * @param notApplied in mode {@code host}: names of the properties given that ask for what is not
 *     applied, in their order
 * @param isolation in mode {@code oci}: what is applied besides
 */
public record Spec(
        String ociVersion,
        ContainerProcess process,
        Optional<String> rootPath,
        Map<String, String> annotations,
        Optional<String> cgroupsPath,
        List<String> namespaces,
        Hooks hooks,
        List<String> notApplied,
        Optional<IsolationSpec> isolation) {

    /**
     * Annotations that say what a container is to its pod: of containerd's CRI plugin, of cri-o.
     */
    private static final List<String> KINDS =
            List.of("io.kubernetes.cri.container-type", "io.kubernetes.cri-o.ContainerType");

    /** Whether it is a pod's sandbox, which holds the pod's place and runs nothing else. */
    public boolean isSandbox() {
        return KINDS.stream().anyMatch(kind -> "sandbox".equals(annotations.get(kind)));
    }

    /**
     * {@code process}.
     *
     * @param args never empty; the first names the program
     * @param env {@code NAME=value} each
     * @param cwd absolute
     * @param oomScoreAdj −1000 to 1000
     * @param capabilities empty: the process gets none
     * @param terminal whether its standard streams are a terminal
     * @param consoleSize the terminal's size at first
     */
    public record ContainerProcess(
            List<String> args,
            List<String> env,
            String cwd,
            User user,
            Map<Resource, Limit> rlimits,
            OptionalInt oomScoreAdj,
            Capabilities capabilities,
            boolean noNewPrivileges,
            Optional<IoPriority> ioPriority,
            Optional<Scheduling.Attributes> scheduler,
            boolean terminal,
            Optional<WindowSize> consoleSize) {

        public ContainerProcess withTerminal(boolean wanted) {
            return new ContainerProcess(
                    args,
                    env,
                    cwd,
                    user,
                    rlimits,
                    oomScoreAdj,
                    capabilities,
                    noNewPrivileges,
                    ioPriority,
                    scheduler,
                    wanted,
                    consoleSize);
        }
    }

    /**
     * {@code process.user}; ids are unsigned 32-bit numbers in the bits of an int.
     *
     * @param umask permission bits
     */
    public record User(int uid, int gid, List<Integer> additionalGids, OptionalInt umask) {}

    /** {@code process.capabilities}: names as written, such as {@code CAP_KILL}. */
    public record Capabilities(
            List<String> bounding,
            List<String> effective,
            List<String> inheritable,
            List<String> permitted,
            List<String> ambient) {

        static final Capabilities NONE =
                new Capabilities(List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /**
     * {@code process.ioPriority}.
     *
     * @param ioClass as {@code ioprio_set(2)} numbers it: 1 real time, 2 best effort, 3 idle
     * @param priority 0 to 7
     */
    public record IoPriority(int ioClass, int priority) {}
}
