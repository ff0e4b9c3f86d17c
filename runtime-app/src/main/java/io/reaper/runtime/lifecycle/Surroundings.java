package io.reaper.runtime.lifecycle;

import io.reaper.linux.credential.PasswordFile;
import io.reaper.linux.process.Environment;
import io.reaper.linux.seam.LinuxException;
import io.reaper.runtime.bundle.Spec;
import io.reaper.runtime.init.InitPlan;
import io.reaper.runtime.launch.CallerDescriptors;
import io.reaper.runtime.log.RuntimeLog;
import io.reaper.runtime.state.ContainerException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * What a program finds that its configuration does not say.
 *
 * @param variables {@code NAME=value} of the service that the caller is, for the program in its
 *     place; they replace the configuration's
 * @param descriptors the caller's open files that it gets
 * @param homes the home directory of a user, by its number
 */
record Surroundings(
        List<String> variables, CallerDescriptors descriptors, IntFunction<String> homes) {

    private static final String HOME = "HOME";
    private static final String NO_HOME = "/";
    private static final List<String> NOTIFY = List.of("NOTIFY_SOCKET");
    private static final List<String> LISTEN = List.of("LISTEN_FDS", "LISTEN_FDNAMES");

    /**
     * Of a container's first process, which may be a service of systemd's ({@code sd_notify(3)},
     * {@code sd_listen_fds(3)}): the socket it reports to, and those that were opened for it.
     *
     * @param preserved the number of {@code --preserve-fds}
     * @throws ContainerException if a socket is not open
     */
    static Surroundings ofInit(int preserved, RuntimeLog log) {
        CallerDescriptors descriptors = CallerDescriptors.withSockets(preserved);
        List<String> variables = new ArrayList<>();
        add(variables, NOTIFY);
        if (descriptors.sockets() > 0) {
            add(variables, LISTEN); // its pid, the third, only the program itself has
        }
        return new Surroundings(List.copyOf(variables), descriptors, uid -> home(uid, log));
    }

    /** Of a process that is run beside the first one. */
    static Surroundings ofExec(int preserved, RuntimeLog log) {
        CallerDescriptors descriptors = CallerDescriptors.preserved(preserved);
        return new Surroundings(List.of(), descriptors, uid -> home(uid, log));
    }

    private static void add(List<String> variables, List<String> names) {
        for (String name : names) {
            String value = Environment.variable(name);
            if (value != null && !value.isEmpty()) {
                variables.add(name + "=" + value);
            }
        }
    }

    /** In host mode the machine's users are the program's. */
    private static String home(int uid, RuntimeLog log) {
        try {
            return PasswordFile.ofNode().home(uid).orElse(NO_HOME);
        } catch (LinuxException e) {
            log.debug("HOME is " + NO_HOME + ": " + e.getMessage());
            return NO_HOME;
        }
    }

    /**
     * The whole environment. A later entry of the same name replaces an earlier one: programs
     * disagree on which counts. HOME is never missing or empty.
     */
    List<String> environment(Spec.ContainerProcess process) {
        Map<String, String> entries = entries(process);
        if (lacksHome(entries)) {
            entries.put(HOME, HOME + "=" + homes.apply(process.user().uid()));
        }
        return List.copyOf(entries.values());
    }

    /**
     * As {@link #environment}, but for a HOME that the configuration does not give: users are those
     * of the container's root then, in which the stage looks.
     */
    List<String> environmentWithoutHome(Spec.ContainerProcess process) {
        Map<String, String> entries = entries(process);
        if (lacksHome(entries)) {
            entries.remove(HOME);
        }
        return List.copyOf(entries.values());
    }

    private Map<String, String> entries(Spec.ContainerProcess process) {
        Map<String, String> entries = new LinkedHashMap<>();
        for (List<String> part : List.of(process.env(), variables)) {
            for (String entry : part) {
                entries.put(entry.substring(0, entry.indexOf('=')), entry);
            }
        }
        return entries;
    }

    private static boolean lacksHome(Map<String, String> entries) {
        String home = entries.get(HOME);
        return home == null || home.length() == HOME.length() + 1;
    }

    InitPlan.Inherited inherited() {
        return new InitPlan.Inherited(descriptors.gaps(), descriptors.sockets() > 0);
    }
}
