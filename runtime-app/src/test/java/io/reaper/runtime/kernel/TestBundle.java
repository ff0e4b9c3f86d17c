package io.reaper.runtime.kernel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A bundle on disk. It always asks for a mount namespace and a rootfs of its own: another runtime
 * that took it without would mount over the machine's.
 */
public record TestBundle(Path dir, ObjectNode config) {

    private static final List<String> APPLETS = List.of("sh", "sleep", "cat", "true", "id");

    public static TestBundle of(Path dir, List<String> args) {
        ObjectNode config = RuntimeExtension.object();
        config.put("ociVersion", "1.0.2");
        ObjectNode process = config.putObject("process");
        process.put("cwd", "/");
        process.putObject("user").put("uid", 0).put("gid", 0);
        process.putArray("env").add("PATH=/usr/sbin:/usr/bin:/sbin:/bin");
        ArrayNode list = process.putArray("args");
        args.forEach(list::add);
        config.putObject("root").put("path", "rootfs");
        ObjectNode linux = config.putObject("linux");
        linux.putArray("namespaces").addObject().put("type", "mount");
        try {
            Files.createDirectories(dir.resolve("rootfs"));
            if (RuntimeExtension.isPeer()) {
                fill(dir.resolve("rootfs"));
                config.putArray("mounts")
                        .addObject()
                        .put("destination", "/proc")
                        .put("type", "proc")
                        .put("source", "proc");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TestBundle bundle = new TestBundle(dir, config);
        bundle.write();
        return bundle;
    }

    private static void fill(Path rootfs) throws IOException {
        Files.createDirectories(rootfs.resolve("proc"));
        Path bin = Files.createDirectories(rootfs.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        for (String applet : APPLETS) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
    }

    public ObjectNode process() {
        return (ObjectNode) config.get("process");
    }

    public ObjectNode linux() {
        return (ObjectNode) config.get("linux");
    }

    /** Call it after each change of the configuration. */
    public TestBundle write() {
        return write(config.toString());
    }

    public TestBundle write(String document) {
        try {
            Files.writeString(dir.resolve("config.json"), document);
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
