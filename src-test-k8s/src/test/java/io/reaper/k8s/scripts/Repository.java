package io.reaper.k8s.scripts;

import java.nio.file.Files;
import java.nio.file.Path;

/** The source tree to which the tests belong. */
final class Repository {
    private Repository() {}

    /** Its root: the nearest directory above the working one that has scripts/common.sh. */
    static Path root() {
        Path here = Path.of("").toAbsolutePath();
        for (Path path = here; path != null; path = path.getParent()) {
            if (Files.exists(path.resolve("scripts/common.sh"))) {
                return path;
            }
        }
        throw new AssertionError("no scripts/common.sh above " + here);
    }

    static Path script(String name) {
        return root().resolve("scripts").resolve(name);
    }

    static Path manifests() {
        return root().resolve("kubernetes");
    }
}
