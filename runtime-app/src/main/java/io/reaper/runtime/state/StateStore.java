package io.reaper.runtime.state;

import io.reaper.contract.ContainerId;
import io.reaper.contract.InvalidIdException;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All containers below one root directory: {@code <root>/<id>/}. */
public final class StateStore {

    private static final int OWNER_ONLY = 0700;

    private final Path root;

    public StateStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** The place of a container, whether or not there is one. */
    public ContainerDirectory at(ContainerId id) {
        return new ContainerDirectory(id, id.in(root));
    }

    /** Makes the directory of a new container; empty if there is one already. */
    public Optional<ContainerDirectory> create(ContainerId id) {
        ContainerDirectory directory = at(id);
        try {
            makeDirectory(directory.path());
        } catch (LinuxException e) {
            if (e.is(Errno.EEXIST)) {
                return Optional.empty();
            }
            throw e;
        }
        return Optional.of(directory);
    }

    /** With the root, which is missing once after each boot. */
    private void makeDirectory(Path path) {
        try {
            LinuxFiles.mkdir(path, OWNER_ONLY);
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
            makeRoot();
            LinuxFiles.mkdir(path, OWNER_ONLY);
        }
    }

    private void makeRoot() {
        try {
            Files.createDirectories(
                    root,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What may be a container's id, in order; not all of it need be a container. */
    public List<ContainerId> ids() {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
            for (Path entry : entries) {
                names.add(entry.getFileName().toString());
            }
        } catch (NoSuchFileException e) {
            return List.of(); // nothing has ever been created here
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        names.sort(null);
        List<ContainerId> ids = new ArrayList<>();
        for (String name : names) {
            valid(name).ifPresent(ids::add);
        }
        return ids;
    }

    private static Optional<ContainerId> valid(String name) {
        try {
            return Optional.of(ContainerId.of(name));
        } catch (InvalidIdException e) {
            return Optional.empty();
        }
    }
}
