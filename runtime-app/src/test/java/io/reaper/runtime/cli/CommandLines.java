package io.reaper.runtime.cli;

import io.reaper.linux.process.ProcessInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Every verb and every kind of error, on containers that need no process of their own. */
public final class CommandLines {

    private static final List<String> VERBS =
            List.of(
                    "create",
                    "start",
                    "state",
                    "kill",
                    "delete",
                    "run",
                    "exec",
                    "list",
                    "ps",
                    "spec",
                    "features",
                    "completion");

    private static final List<List<String>> FEW =
            List.of(
                    List.of(),
                    List.of("--version"),
                    List.of("start", "--help"),
                    List.of("exec", "here"),
                    List.of("--unknown", "list"),
                    List.of("--log", "ROOT/none/log", "state", "none"),
                    List.of("state", "here"),
                    List.of("state", "stopped"),
                    List.of("state", "damaged"),
                    List.of("state", "größe-λ-名"),
                    List.of("state", "here", "there"),
                    List.of("start", "running"),
                    List.of("kill", "stopped", "9"),
                    List.of("kill", "here", "SIGNOTHING"),
                    List.of("delete", "running"),
                    List.of("delete", "--force", "stopped"),
                    List.of("list"),
                    List.of("ps", "--format", "json", "stopped"),
                    List.of("ps", "stopped", "-o", "pid"),
                    List.of("features"),
                    List.of("pause", "--now", "here"),
                    List.of("spec", "--bundle", "ROOT/broken"),
                    List.of("create", "--bundle", "ROOT/broken", "new"),
                    List.of("create", "--bundle"),
                    List.of("run", "--bundle", "ROOT/none", "new"));

    private static final List<List<String>> MORE =
            List.of(
                    List.of("--help"),
                    List.of("-v"),
                    List.of("--log-format", "xml", "list"),
                    List.of("--log", "ROOT/none/log", "list"),
                    List.of("--debug", "--systemd-cgroup", "--rootless", "true", "list"),
                    List.of("exec", "--process", "ROOT/none", "here", "true"),
                    List.of("state", "running"),
                    List.of("state", "none"),
                    List.of("state", "../here"),
                    List.of("state", ""),
                    List.of("start", "none"),
                    List.of("start", "stopped"),
                    List.of("start", "damaged"),
                    List.of("kill", "none"),
                    List.of("kill", "here", "99"),
                    List.of("kill", "--all", "none", "KILL"),
                    List.of("delete", "none"),
                    List.of("delete", "--force", "none"),
                    List.of("delete", "stopped"),
                    List.of("delete", "damaged"),
                    List.of("delete", "--force", "damaged"),
                    List.of("list", "--quiet"),
                    List.of("list", "--format", "json"),
                    List.of("list", "--format", "yaml"),
                    List.of("ps", "none"),
                    List.of("ps", "stopped", "-o", "comm"),
                    List.of("ps", "stopped", "--no-such-option"),
                    List.of("completion"),
                    List.of("checkpoint"),
                    List.of("events", "--help"),
                    List.of("spec", "--bundle", "ROOT/none"),
                    List.of("spec", "--rootless"),
                    List.of("ps", "--format", "json", "none"),
                    List.of("create", "new"),
                    List.of("create", "--bundle", "ROOT/none", "new"),
                    List.of("create", "--bundle", "ROOT/terminal", "new"),
                    List.of("create", "--bundle", "ROOT/bündel", "new"),
                    List.of("create", "--bundle", "ROOT/terminal", "--preserve-fds", "-1", "new"),
                    List.of("create", "--preserve-fds", "many", "new"),
                    List.of("create", "--console-socket", "ROOT/socket", "new"),
                    List.of("run", "--bundle", "ROOT/broken", "new"));

    private CommandLines() {}

    /** Arguments of a call of each verb and with each kind of error; {@link #make} before each. */
    static Stream<List<String>> few(Path root) {
        return FEW.stream().map(call -> in(root, call));
    }

    /** These and all others. */
    public static Stream<List<String>> all(Path root) {
        List<List<String>> calls = new ArrayList<>(FEW);
        calls.addAll(MORE);
        for (String verb : VERBS) {
            if (!verb.equals("spec")) { // which would write into the working directory
                calls.add(List.of(verb));
            }
            calls.add(List.of(verb, "--help"));
            calls.add(List.of(verb, "--no-such-option"));
        }
        return calls.stream().map(call -> in(root, call));
    }

    private static List<String> in(Path root, List<String> call) {
        List<String> args = new ArrayList<>(List.of("--root", root.resolve("state").toString()));
        call.forEach(arg -> args.add(arg.replace("ROOT", root.toString())));
        return args;
    }

    /** Makes what the calls act on, whatever is left of an earlier one. */
    public static void make(Path root) throws IOException {
        int pid = (int) ProcessHandle.current().pid();
        long started = ProcessInfo.of(pid).orElseThrow().startTime();
        container(root, "here", "created", pid, started);
        container(root, "running", "running", pid, started);
        container(root, "stopped", "running", pid, started + 1);
        Files.writeString(directory(root, "damaged").resolve("state.json"), "{\"id\": ");
        bundle(root, "broken", "{\"ociVersion\": \"1.0.2\", \"process\": [");
        bundle(root, "bündel", "{\"ociVersion\": \"größe-λ-名\"}");
        bundle(root, "terminal", "{\"ociVersion\": \"1.0.2\", \"process\": {\"terminal\": true}}");
    }

    private static Path directory(Path root, String name) throws IOException {
        return Files.createDirectories(root.resolve("state").resolve(name));
    }

    private static void container(Path root, String id, String status, int pid, long started)
            throws IOException {
        Files.writeString(
                directory(root, id).resolve("state.json"),
                """
                {"ociVersion": "1.2.1", "id": "%s", "status": "%s", "pid": %d, "pidStartTime": %d,
                 "bundle": "/no/bündel", "rootfs": "", "created": "2026-01-02T03:04:05.060708Z",
                 "owner": "root", "annotations": {"ключ": "名"}}
                """
                        .formatted(id, status, pid, started));
    }

    private static void bundle(Path root, String name, String config) throws IOException {
        Path bundle = Files.createDirectories(root.resolve(name));
        Files.writeString(bundle.resolve("config.json"), config);
    }
}
