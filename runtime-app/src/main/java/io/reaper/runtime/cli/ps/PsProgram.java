package io.reaper.runtime.cli.ps;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.process.Environment;
import io.reaper.linux.process.ExitStatus;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.child.ChildRun;
import io.reaper.runtime.child.Tail;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code ps(1)}, as an administrator would call it. */
final class PsProgram {

    private static final String NAME = "ps";
    private static final List<String> DEFAULT_OPTIONS = List.of("-ef");
    private static final String DEFAULT_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
    private static final int COMPLAINT = 1024;

    private PsProgram() {}

    /**
     * What it prints of some processes.
     *
     * @param options none: {@code -ef}
     * @throws PsException if there is no ps, or it does not like the options
     */
    static byte[] rows(List<Integer> pids, List<String> options) {
        List<String> argv = new ArrayList<>(List.of(NAME));
        argv.addAll(options.isEmpty() ? DEFAULT_OPTIONS : options);
        ProcessTable table = new ProcessTable(Set.copyOf(pids));
        Tail complaint = new Tail(COMPLAINT);
        ChildRun run = new ChildRun(find(), argv, environment(), Optional.empty(), "");
        ChildRun.End end = run.run(table, complaint, Deadline.NONE, Optional.empty());
        if (end instanceof ChildRun.End.Exited(ExitStatus status) && status.shellStatus() != 0) {
            String said = complaint.text();
            throw new PsException(
                    Excerpt.of(String.join(" ", argv))
                            + ": exit status "
                            + status.shellStatus()
                            + (said.isEmpty() ? "" : ": " + said));
        }
        return table.picked();
    }

    private static String find() {
        String path = Optional.ofNullable(Environment.variable("PATH")).orElse(DEFAULT_PATH);
        for (String directory : path.split(":", -1)) {
            if (directory.startsWith("/") && isProgram(directory + "/" + NAME)) {
                return directory + "/" + NAME;
            }
        }
        throw new PsException(
                "ps(1) is in no directory of PATH: install it (procps), or use --format json");
    }

    private static boolean isProgram(String file) {
        try {
            LinuxFiles.checkExecutable(file);
            return FileStat.of(Path.of(file)).isRegular();
        } catch (LinuxException e) {
            return false; // perhaps in the next directory
        }
    }

    /** Names of programs need not be ASCII; times are the caller's. */
    private static List<String> environment() {
        List<String> environment = new ArrayList<>(List.of("LC_ALL=C.UTF-8"));
        Optional.ofNullable(Environment.variable("TZ"))
                .ifPresent(zone -> environment.add("TZ=" + zone));
        return environment;
    }
}
