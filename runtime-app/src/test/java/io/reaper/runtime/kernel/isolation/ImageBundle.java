package io.reaper.runtime.kernel.isolation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.runtime.kernel.RuntimeExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A bundle for mode oci, and for runc: what {@code spec} writes, with a shell script for a program
 * and busybox for an image. Not in it: a cgroup mount and limits, which depend on the machine.
 */
record ImageBundle(Path dir, ObjectNode config) {

    private static final List<String> APPLETS =
            List.of(
                    "cat",
                    "cut",
                    "domainname",
                    "echo",
                    "env",
                    "find",
                    "grep",
                    "head",
                    "hostname",
                    "id",
                    "ifconfig",
                    "kill",
                    "ls",
                    "mount",
                    "printf",
                    "ps",
                    "readlink",
                    "rm",
                    "sed",
                    "seq",
                    "sh",
                    "sleep",
                    "sort",
                    "stat",
                    "stty",
                    "test",
                    "touch",
                    "tr",
                    "true",
                    "tty",
                    "umount",
                    "uname",
                    "uniq",
                    "wc");

    /**
     * Makes one.
     *
     * @param document config.json to start from
     * @param script the program
     */
    static ImageBundle of(Path dir, String document, String script) {
        ObjectNode config = (ObjectNode) RuntimeExtension.json(document);
        ImageBundle bundle = new ImageBundle(dir, config);
        bundle.process().put("terminal", false);
        bundle.process().putArray("args").add("/bin/sh").add("-c").add(script);
        bundle.unmount("/sys/fs/cgroup");
        bundle.linux().remove("resources");
        bundle.makeImage();
        return bundle;
    }

    /** With what our own {@code spec} writes. */
    static ImageBundle of(RuntimeExtension runtime, String script) {
        try {
            Path dir = Files.createDirectories(runtime.work().resolve("isolated"));
            Path file = dir.resolve("config.json");
            Files.deleteIfExists(file);
            runtime.ok("spec", "--bundle", dir.toString());
            return of(dir, Files.readString(file), script).write();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The image anew, without what a run has left in it. */
    void makeImage() {
        try {
            if (Files.exists(rootfs())) {
                try (Stream<Path> old = Files.walk(rootfs())) {
                    for (Path file : old.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
            Path bin = Files.createDirectories(rootfs().resolve("bin"));
            Files.copy(
                    Path.of("/bin/busybox"),
                    bin.resolve("busybox"),
                    StandardCopyOption.COPY_ATTRIBUTES);
            for (String applet : APPLETS) {
                Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path rootfs() {
        return dir.resolve("rootfs");
    }

    /** A new file of the image. */
    Path file(String path, String content) {
        try {
            Path file = rootfs().resolve(path);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void link(String path, String target) {
        try {
            Path link = rootfs().resolve(path);
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, Path.of(target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ObjectNode process() {
        return (ObjectNode) config.get("process");
    }

    ObjectNode root() {
        return (ObjectNode) config.get("root");
    }

    ObjectNode linux() {
        return (ObjectNode) config.get("linux");
    }

    /** One more mount, after the others. */
    void mount(String destination, String type, String source, String... options) {
        ObjectNode mount = config.withArray("mounts").addObject();
        mount.put("destination", destination).put("type", type).put("source", source);
        ArrayNode list = mount.putArray("options");
        for (String option : options) {
            list.add(option);
        }
    }

    /** Without the mount at this place. */
    void unmount(String destination) {
        remove(config.withArray("mounts"), "destination", destination);
    }

    /** Without a namespace of this type: the runtime's is inherited. */
    void inherit(String type) {
        remove(linux().withArray("namespaces"), "type", type);
    }

    void own(String type) {
        linux().withArray("namespaces").addObject().put("type", type);
    }

    private static void remove(ArrayNode list, String property, String value) {
        for (int i = list.size() - 1; i >= 0; i--) {
            if (list.get(i).path(property).asText().equals(value)) {
                list.remove(i);
            }
        }
    }

    /** Call it after each change of the configuration. */
    ImageBundle write() {
        JsonNode namespaces = linux().get("namespaces");
        assertTrue(
                namespaces.toString().contains("{\"type\":\"mount\"}"),
                "no runtime is to mount anything on the machine's own tree: " + namespaces);
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
