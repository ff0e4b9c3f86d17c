package io.reaper.runtime.bundle;

import io.reaper.contract.Isolation;
import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.nio.file.Path;

/** A bundle whose configuration has been read and found good. */
public final class Bundle {

    private static final String CONFIG = "config.json";

    private final Path directory;
    private final Spec spec;
    private final byte[] document;

    private Bundle(Path directory, Spec spec, byte[] document) {
        this.directory = directory;
        this.spec = spec;
        this.document = document;
    }

    /**
     * Reads and checks a bundle's config.json.
     *
     * @throws SpecException if config.json is too large or wrong
     * @throws LinuxException if it or the bundle is missing
     */
    public static Bundle load(Path directory, Isolation mode) {
        Path found = real(directory);
        byte[] document = Document.read(found.resolve(CONFIG));
        return new Bundle(found, SpecReader.read(CONFIG, document, mode), document);
    }

    /** Absolute, without symbolic links. */
    public Path directory() {
        return directory;
    }

    public Spec spec() {
        return spec;
    }

    /** config.json as it was read: the container keeps this copy. */
    public byte[] document() {
        return document.clone();
    }

    /** Absolute path of {@code root.path}; empty if the configuration names none. */
    public String rootfs() {
        return spec.rootPath()
                .map(path -> directory.resolve(path).normalize().toString())
                .orElse("");
    }

    private static Path real(Path directory) {
        if (!FileStat.of(directory).isDirectory()) {
            throw new LinuxException("bundle", directory.toString(), Errno.ENOTDIR);
        }
        return LinuxFiles.realPath(directory);
    }
}
