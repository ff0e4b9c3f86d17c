package io.reaper.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files that the product is made of. */
final class ProductSources {

    private ProductSources() {}

    static List<Path> all() throws IOException {
        try (Stream<Path> modules = Files.list(root())) {
            return modules.filter(module -> !module.endsWith("testing")) // which waits as tests may
                    .flatMap(
                            module -> Stream.of("src/main/java", "src/main/c").map(module::resolve))
                    .filter(Files::isDirectory)
                    .flatMap(ProductSources::filesBelow)
                    .toList();
        }
    }

    /** From the repository's root, with slashes. */
    static String path(Path source) {
        return root().relativize(source).toString();
    }

    private static Stream<Path> filesBelow(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(f -> f.toString().matches(".*\\.(java|c|h)")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The repository's root: the nearest directory upwards that has scripts/install.sh. */
    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("scripts/install.sh"))) {
            directory = directory.getParent();
        }
        return directory;
    }
}
