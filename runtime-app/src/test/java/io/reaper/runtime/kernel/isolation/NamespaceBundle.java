package io.reaper.runtime.kernel.isolation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.runtime.kernel.RuntimeExtension;
import io.reaper.runtime.kernel.TestBundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A bundle with busybox for an image, a procfs, and the namespaces that a test wants. */
record NamespaceBundle(TestBundle bundle) {

    /** Types of the specification, and their files below {@code /proc/PID/ns}. */
    static final Map<String, String> FILES =
            Map.of(
                    "pid", "pid", "network", "net", "mount", "mnt", "ipc", "ipc", "uts", "uts",
                    "cgroup", "cgroup");

    /** Prints each namespace as {@code FILE INODE}, one a line. */
    static final String PRINT =
            "for n in pid net mnt ipc uts cgroup; do echo $n $(readlink /proc/self/ns/$n); done; ";

    private static final List<String> APPLETS =
            List.of(
                    "sh",
                    "sleep",
                    "cat",
                    "ls",
                    "readlink",
                    "id",
                    "env",
                    "grep",
                    "uname",
                    "ifconfig",
                    "pwd",
                    "kill",
                    "true",
                    "ps",
                    "hostname",
                    "mkdir");

    /** Namespaces are all new ones, until they are set otherwise. */
    static NamespaceBundle of(RuntimeExtension runtime, String script) {
        TestBundle bundle = runtime.script(script);
        bundle.process().putArray("env").add("PATH=/bin");
        NamespaceBundle made = new NamespaceBundle(bundle);
        try {
            made.fill();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        bundle.config()
                .putArray("mounts")
                .addObject()
                .put("destination", "/proc")
                .put("type", "proc")
                .put("source", "proc");
        made.none();
        FILES.keySet().forEach(made::add);
        return made;
    }

    private void fill() throws IOException {
        Path rootfs = rootfs();
        for (String directory : List.of("bin", "proc", "etc", "tmp", "dev")) {
            Files.createDirectories(rootfs.resolve(directory));
        }
        Files.copy(Path.of("/bin/busybox"), rootfs.resolve("bin/busybox"));
        for (String applet : APPLETS) {
            Files.createSymbolicLink(rootfs.resolve("bin").resolve(applet), Path.of("busybox"));
        }
    }

    Path rootfs() {
        return bundle.dir().resolve("rootfs");
    }

    /** No mount of ours, and the whole machine's files, unless there is another root. */
    NamespaceBundle withoutMounts(String root) {
        bundle.config().remove("mounts");
        bundle.config().putObject("root").put("path", root);
        return this;
    }

    private ArrayNode namespaces() {
        return (ArrayNode) bundle.linux().get("namespaces");
    }

    NamespaceBundle none() {
        bundle.linux().putArray("namespaces");
        return this;
    }

    NamespaceBundle add(String type) {
        namespaces().addObject().put("type", type);
        return this;
    }

    /** With a path to what a process has. */
    NamespaceBundle join(String type, long pid) {
        return join(type, "/proc/" + pid + "/ns/" + FILES.get(type));
    }

    NamespaceBundle join(String type, String path) {
        without(type);
        namespaces().addObject().put("type", type).put("path", path);
        return this;
    }

    NamespaceBundle without(String type) {
        ArrayNode all = namespaces();
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).get("type").asText().equals(type)) {
                all.remove(i);
            }
        }
        return this;
    }

    ObjectNode config() {
        return bundle.config();
    }

    /** Its directory, with config.json as it is now. */
    String written() {
        return bundle.write().toString();
    }

    /** What {@link #PRINT} printed, by the files' names. */
    static Map<String, String> printed(String text) {
        Map<String, String> all = new HashMap<>();
        text.lines()
                .map(line -> line.split(" ", -1))
                .filter(words -> words.length == 2 && FILES.containsValue(words[0]))
                .forEach(words -> all.put(words[0], words[1]));
        return all;
    }

    /** The same of a process. */
    static Map<String, String> of(long pid) {
        Map<String, String> all = new HashMap<>();
        for (String file : FILES.values()) {
            try {
                Path link = Path.of("/proc/" + pid + "/ns/" + file);
                all.put(file, Files.readSymbolicLink(link).toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return all;
    }
}
