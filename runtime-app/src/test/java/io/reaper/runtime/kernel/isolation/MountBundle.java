package io.reaper.runtime.kernel.isolation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.runtime.kernel.RuntimeExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A script in busybox' image that looks at its mounts: /proc, and what a test asks for. */
record MountBundle(Path dir, ObjectNode config) {

    static final String MOUNTINFO = "cat /proc/self/mountinfo";

    private static final List<String> APPLETS = List.of("sh", "cat", "ls", "stat");

    static MountBundle of(RuntimeExtension runtime, String script) {
        ObjectNode config = RuntimeExtension.object();
        config.put("ociVersion", "1.2.0");
        ObjectNode process = config.putObject("process");
        process.put("cwd", "/").putObject("user").put("uid", 0).put("gid", 0);
        process.putArray("env").add("PATH=/bin");
        process.putArray("args").add("/bin/sh").add("-c").add(script);
        config.putObject("root").put("path", "rootfs");
        ArrayNode namespaces = config.putObject("linux").putArray("namespaces");
        for (String type : List.of("mount", "pid", "ipc")) {
            namespaces.addObject().put("type", type);
        }
        try {
            Path dir = Files.createTempDirectory(runtime.work(), "bundle-");
            Path bin = Files.createDirectories(dir.resolve("rootfs/bin"));
            Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
            for (String applet : APPLETS) {
                Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
            }
            return new MountBundle(dir, config).mount("/proc", "proc", "proc");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path inRoot(String path) {
        return dir.resolve("rootfs").resolve(path);
    }

    MountBundle link(String path, String target) throws IOException {
        Files.deleteIfExists(inRoot(path));
        Files.createSymbolicLink(inRoot(path), Path.of(target));
        return this;
    }

    MountBundle mount(String destination, String type, String source, String... options) {
        ObjectNode mount = config.withArray("mounts").addObject();
        mount.put("destination", destination).put("type", type).put("source", source);
        ArrayNode list = mount.putArray("options");
        List.of(options).forEach(list::add);
        return this;
    }

    MountBundle withoutMounts() {
        config.putArray("mounts");
        return this;
    }

    /** Its directory, with config.json as it is by now. */
    String written() {
        try {
            Files.writeString(dir.resolve("config.json"), config.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return dir.toString();
    }
}
