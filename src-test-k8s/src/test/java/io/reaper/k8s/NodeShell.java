package io.reaper.k8s;

import io.reaper.testing.Job;
import io.reaper.testing.NodeProcess;
import java.nio.file.Path;
import java.util.List;

/** The node from the inside: commands there, as root. */
public interface NodeShell {
    /** Runs a command, without standard input and for at most a minute. */
    Job.Result run(String... command);

    /** The directory in which containerd finds the programs under test. */
    String programs();

    /**
     * Puts a program in place as an upgrade does: written beside and renamed over the old one.
     *
     * @param name its name in {@link #programs}
     * @param file on this machine
     */
    void replaceProgram(String name, Path file);

    /** Ends containerd alone and starts it again; returns when pods can be made again. */
    void restartContainerd();

    /** All processes of the node, by pid; no threads of the kernel. */
    default List<NodeProcess> processes() {
        String script =
                """
                for p in /proc/[0-9]*; do
                  s=$(cat $p/stat 2>/dev/null) || continue
                  c=$(tr '\\000\\n' '  ' <$p/cmdline 2>/dev/null)
                  [ -z "$c" ] || printf '%s\\t%s\\n' "$s" "$c"
                done\
                """;
        return run("/bin/sh", "-c", script)
                .expect(0)
                .stdout()
                .lines()
                .filter(line -> line.contains("\t"))
                .map(NodeShell::process)
                .toList();
    }

    /** A line of /proc/PID/stat, in which only the name may hold blanks, and the command. */
    private static NodeProcess process(String line) {
        int tab = line.indexOf('\t');
        String stat = line.substring(0, tab);
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        int pid = Integer.parseInt(stat.substring(0, stat.indexOf(' ')));
        return new NodeProcess(
                pid,
                Integer.parseInt(fields.get(1)),
                fields.getFirst().charAt(0),
                line.substring(tab + 1).strip());
    }

    /** Sends a signal to a process, which may be gone already. */
    default void signal(int pid, String signal) {
        run("/bin/sh", "-c", "kill -" + signal + " " + pid);
    }
}
