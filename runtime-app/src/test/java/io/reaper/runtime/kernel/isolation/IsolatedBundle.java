package io.reaper.runtime.kernel.isolation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.runtime.bundle.DefaultConfig;
import io.reaper.runtime.kernel.RuntimeExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code spec} writes, without a terminal and with a root that may be written to: busybox in
 * namespaces and mounts of its own. Without the control groups, whose mount is passed over on some
 * hosts.
 */
record IsolatedBundle(Path dir, ObjectNode config) {

    private static final List<String> APPLETS =
            List.of(
                    "cat",
                    "echo",
                    "grep",
                    "head",
                    "hostname",
                    "id",
                    "kill",
                    "ls",
                    "mount",
                    "ps",
                    "readlink",
                    "sh",
                    "sleep",
                    "stat",
                    "touch",
                    "true",
                    "umount");

    /** A bundle that runs a shell script. */
    static IsolatedBundle script(Path dir, String script) {
        return of(dir, "/bin/sh", "-c", script);
    }

    static IsolatedBundle of(Path dir, String... args) {
        ObjectNode config = (ObjectNode) RuntimeExtension.json(DefaultConfig.json(false));
        ObjectNode process = (ObjectNode) config.get("process");
        process.put("terminal", false);
        ArrayNode list = process.putArray("args");
        List.of(args).forEach(list::add);
        ((ObjectNode) config.get("root")).put("readonly", false);
        ((ObjectNode) config.get("linux")).remove("resources");
        ArrayNode mounts = (ArrayNode) config.get("mounts");
        mounts.remove(mounts.size() - 1);
        IsolatedBundle bundle = new IsolatedBundle(dir, config);
        try {
            Path bin = Files.createDirectories(dir.resolve("rootfs/bin"));
            Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
            for (String applet : APPLETS) {
                Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bundle.write();
    }

    ObjectNode process() {
        return (ObjectNode) config.get("process");
    }

    ObjectNode linux() {
        return (ObjectNode) config.get("linux");
    }

    ArrayNode mounts() {
        return (ArrayNode) config.get("mounts");
    }

    /** A file of the root as the host sees it. */
    Path inRoot(String path) {
        return dir.resolve("rootfs").resolve(path);
    }

    /** Call it after each change of the configuration. */
    IsolatedBundle write() {
        try {
            Files.writeString(dir.resolve("config.json"), config.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    @Override
    public String toString() {
        return dir.toString();
    }
}
