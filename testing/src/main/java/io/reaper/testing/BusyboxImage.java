package io.reaper.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Small images made of the machine's static busybox, as `ctr images import` reads them: an OCI
 * image layout (image-spec, image-layout.md) in a tar archive (POSIX ustar).
 *
 * <p>They have busybox and its applets in /bin under the names that the machine has them too, so
 * that one command line works inside the image and, in host mode, on the machine.
 */
public final class BusyboxImage {
    public static final String NAME = "localhost/busybox:test";

    /** The same for uid and gid 1000. */
    public static final String OF_USER = "localhost/busybox:user";

    /** For the sandboxes of pods: sleeps, by a program that no machine has under its path. */
    public static final String PAUSE = "localhost/pause:test";

    private static final String MEDIA = "application/vnd.oci.image.";
    private static final List<String> ENVIRONMENT = List.of("PATH=/usr/bin:/bin");
    private static final String USER = "1000:1000";
    private static final List<String> PAUSED = List.of("/pause/sleep", "2147483647");
    private static final List<String> APPLETS =
            List.of(
                    "sh", "cat", "echo", "env", "head", "id", "ls", "pwd", "rm", "setsid", "sleep",
                    "stty", "touch", "tr", "true", "tty");

    private BusyboxImage() {}

    /** Writes an archive with all images; they share their only layer. */
    public static void write(Path file) {
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] layer = layer();
            Tar tar = new Tar(out);
            blob(tar, layer);
            List<Object> manifests =
                    List.of(
                            image(tar, layer, NAME, Map.of("Env", ENVIRONMENT)),
                            image(tar, layer, OF_USER, Map.of("Env", ENVIRONMENT, "User", USER)),
                            image(
                                    tar,
                                    layer,
                                    PAUSE,
                                    Map.of("Env", ENVIRONMENT, "Entrypoint", PAUSED)));
            tar.file("oci-layout", 0644, json(Map.of("imageLayoutVersion", "1.0.0")));
            tar.file("index.json", 0644, json(Map.of("schemaVersion", 2, "manifests", manifests)));
            tar.end();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the image " + file, e);
        }
    }

    /** Writes their only layer alone: an archive of the file system, as `import` reads it. */
    public static void writeFileSystem(Path file) {
        try {
            Files.write(file, layer());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private static Object image(Tar tar, byte[] layer, String name, Map<String, Object> process)
            throws IOException {
        Map<String, Object> config = new HashMap<>();
        config.put("architecture", architecture());
        config.put("os", "linux");
        config.put("config", process);
        config.put(
                "rootfs", Map.of("type", "layers", "diff_ids", List.of("sha256:" + digest(layer))));
        Map<String, Object> manifest = new HashMap<>();
        manifest.put("schemaVersion", 2);
        manifest.put("mediaType", MEDIA + "manifest.v1+json");
        manifest.put("config", descriptor("config.v1+json", blob(tar, json(config))));
        manifest.put("layers", List.of(descriptor("layer.v1.tar", layer)));
        Map<String, Object> named = descriptor("manifest.v1+json", blob(tar, json(manifest)));
        named.put("annotations", Map.of("io.containerd.image.name", name));
        return named;
    }

    private static byte[] blob(Tar tar, byte[] content) throws IOException {
        tar.file("blobs/sha256/" + digest(content), 0644, content);
        return content;
    }

    private static Map<String, Object> descriptor(String type, byte[] content) {
        return new HashMap<>(
                Map.of(
                        "mediaType",
                        MEDIA + type,
                        "digest",
                        "sha256:" + digest(content),
                        "size",
                        content.length));
    }

    private static byte[] layer() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Tar tar = new Tar(bytes);
        for (String directory :
                List.of(
                        "bin/", "dev/", "etc/", "pause/", "proc/", "root/", "run/", "sys/", "usr/",
                        "var/")) {
            tar.entry(directory, 0755, '5', "", new byte[0]);
        }
        tar.entry("tmp/", 01777, '5', "", new byte[0]);
        tar.file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")));
        for (String applet : APPLETS) {
            tar.entry("bin/" + applet, 0777, '2', "busybox", new byte[0]);
        }
        tar.entry("pause/sleep", 0777, '2', "../bin/busybox", new byte[0]);
        tar.file("etc/passwd", 0644, "root:x:0:0:root:/root:/bin/sh\n".getBytes(US_ASCII));
        tar.file("etc/group", 0644, "root:x:0:\n".getBytes(US_ASCII));
        tar.end();
        return bytes.toByteArray();
    }

    private static String architecture() {
        return switch (System.getProperty("os.arch")) {
            case "amd64" -> "amd64";
            case "aarch64" -> "arm64";
            case String other -> throw new IllegalStateException("no image for " + other);
        };
    }

    private static byte[] json(Map<String, Object> object) throws IOException {
        return new ObjectMapper().writeValueAsBytes(object);
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Tar(OutputStream out) {
        private static final int BLOCK = 512;

        void file(String name, int mode, byte[] content) throws IOException {
            entry(name, mode, '0', "", content);
        }

        void entry(String name, int mode, char type, String link, byte[] content)
                throws IOException {
            byte[] header = new byte[BLOCK];
            put(header, 0, name);
            put(header, 100, "%07o".formatted(mode));
            put(header, 108, "0000000");
            put(header, 116, "0000000");
            put(header, 124, "%011o".formatted(content.length));
            put(header, 136, "00000000000");
            header[156] = (byte) type;
            put(header, 157, link);
            put(header, 257, "ustar\00000");
            Arrays.fill(header, 148, 156, (byte) ' ');
            int sum = 0;
            for (byte value : header) {
                sum += Byte.toUnsignedInt(value);
            }
            put(header, 148, "%06o\0".formatted(sum));
            out.write(header);
            out.write(content);
            out.write(new byte[-content.length & (BLOCK - 1)]);
        }

        void end() throws IOException {
            out.write(new byte[2 * BLOCK]);
        }

        private static void put(byte[] header, int offset, String text) {
            byte[] bytes = text.getBytes(US_ASCII);
            System.arraycopy(bytes, 0, header, offset, bytes.length);
        }
    }
}
