package io.reaper.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A small file system of its own for the state directory, in which nothing can be written. */
final class FullDisk implements AutoCloseable {

    private static final String FILLER = "filler";
    private static final int BLOCK = 4096;
    private static final int TOO_MANY = 1000;

    /** What is missing. */
    enum Lack {
        INODES,
        BLOCKS,
        WRITABLE
    }

    private final RuntimeExtension runtime;
    private final Lack lack;

    FullDisk(RuntimeExtension runtime, Lack lack) throws IOException {
        this.runtime = runtime;
        this.lack = lack;
        Files.createDirectories(runtime.root());
        mount("mount", "-t", "tmpfs", "-o", "size=256k,nr_inodes=60,mode=700", "reaper-full");
    }

    private void mount(String... command) {
        List<String> whole =
                Stream.concat(Stream.of(command), Stream.of(runtime.root().toString())).toList();
        try {
            assertEquals(0, new ProcessBuilder(whole).start().waitFor(), whole::toString);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void fill() {
        switch (lack) {
            case WRITABLE -> mount("mount", "-o", "remount,ro");
            case INODES -> fillWith(new byte[0]);
            case BLOCKS -> fillWith(new byte[BLOCK]);
        }
    }

    private void fillWith(byte[] content) {
        for (int i = 0; i < TOO_MANY; i++) {
            try {
                Files.write(runtime.root().resolve("." + FILLER + i), content);
            } catch (FileSystemException e) {
                return;
            } catch (IOException e) {
                return; // no space left on device, while writing
            }
        }
        fail("not full after " + TOO_MANY + " files");
    }

    /** Also of a disk that has room: it then has more. */
    void makeRoom() {
        if (lack == Lack.WRITABLE) {
            mount("mount", "-o", "remount,rw");
        }
        for (Path file : entries()) {
            if (file.getFileName().toString().contains(FILLER)) {
                file.toFile().delete();
            }
        }
    }

    /** All that is there but what fills it. */
    List<Path> left() {
        return entries().stream()
                .filter(file -> !file.getFileName().toString().contains(FILLER))
                .toList();
    }

    private List<Path> entries() {
        try (Stream<Path> all = Files.list(runtime.root())) {
            return all.toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        makeRoom();
        try {
            left().forEach(dir -> runtime.ok("delete", "--force", dir.getFileName().toString()));
        } finally {
            mount("umount", "-l");
        }
    }
}
