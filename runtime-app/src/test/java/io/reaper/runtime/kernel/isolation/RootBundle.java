package io.reaper.runtime.kernel.isolation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.runtime.kernel.RuntimeExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A shell script in an image of busybox, with all rights and new namespaces, so that it can try
 * what a root file system is good for. Mounted are /proc and /dev, and what a test adds.
 */
record RootBundle(Path dir, ObjectNode config) {

    private static final List<String> APPLETS =
            List.of(
                    "cat",
                    "echo",
                    "grep",
                    "ls",
                    "mkdir",
                    "mount",
                    "readlink",
                    "rm",
                    "sh",
                    "stat",
                    "test",
                    "touch",
                    "umount");

    private static final List<String> RIGHTS =
            List.of("CAP_DAC_OVERRIDE", "CAP_MKNOD", "CAP_SYS_ADMIN", "CAP_SYS_CHROOT");

    static RootBundle of(RuntimeExtension runtime, String script) {
        RootBundle bundle = new RootBundle(image(runtime.work()), RuntimeExtension.object());
        bundle.config.put("ociVersion", "1.2.0");
        ObjectNode process = bundle.config.putObject("process");
        process.put("cwd", "/").putObject("user").put("uid", 0).put("gid", 0);
        process.putArray("env").add("PATH=/bin");
        ObjectNode capabilities = process.putObject("capabilities");
        for (String set : List.of("bounding", "permitted", "effective")) {
            ArrayNode rights = capabilities.putArray(set);
            RIGHTS.forEach(rights::add);
        }
        process.putArray("args").add("/bin/sh").add("-c").add(script);
        bundle.config.putObject("root").put("path", "rootfs");
        bundle.mount("/proc", "proc", "proc");
        bundle.mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
        ArrayNode namespaces = bundle.config.putObject("linux").putArray("namespaces");
        for (String type : List.of("mount", "pid", "ipc", "uts", "network")) {
            namespaces.addObject().put("type", type);
        }
        return bundle;
    }

    private static Path image(Path work) {
        try {
            Path dir = Files.createTempDirectory(work, "bundle-");
            Path bin = Files.createDirectories(dir.resolve("rootfs/bin"));
            Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
            for (String applet : APPLETS) {
                Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
            }
            return dir;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file of the image, as the machine sees it. */
    Path inRoot(String path) {
        return dir.resolve("rootfs").resolve(path);
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

    RootBundle mount(String destination, String type, String source, String... options) {
        ObjectNode mount = config.withArray("mounts").addObject();
        mount.put("destination", destination).put("type", type).put("source", source);
        ArrayNode list = mount.putArray("options");
        List.of(options).forEach(list::add);
        return this;
    }

    /** The last mount that was asked for is forgotten: at first that of /dev. */
    RootBundle withoutLastMount() {
        ArrayNode mounts = config.withArray("mounts");
        mounts.remove(mounts.size() - 1);
        return this;
    }

    RootBundle paths(String property, String... paths) {
        ArrayNode list = linux().withArray(property);
        List.of(paths).forEach(list::add);
        return this;
    }

    /** One more of {@code linux.devices}. */
    ObjectNode device(String type, String path, long major, long minor) {
        ObjectNode device = linux().withArray("devices").addObject();
        return device.put("type", type).put("path", path).put("major", major).put("minor", minor);
    }

    /** Runs it to its end; what it wrote to standard output. */
    String output(RuntimeExtension runtime) {
        return runtime.ok("run", "--bundle", written(), runtime.id());
    }

    /** It is not made; why not. */
    String refusal(RuntimeExtension runtime) {
        return runtime.refused("create", "--bundle", written(), runtime.id());
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
