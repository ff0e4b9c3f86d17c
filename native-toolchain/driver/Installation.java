package io.reaper.toolchain;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * What {@code assemble.sh} has put together.
 *
 * @param home the assembled directory, which is a JDK as well
 * @param version of the image builder, "25.0.2"
 * @param build its build number
 * @param date of its release, "2026-01-20"
 */
record Installation(Path home, String version, String build, String date) {

    static Installation current() throws IOException {
        Path home = Path.of(System.getProperty("java.home"));
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(home.resolve("lib/svm/assembly.properties"))) {
            properties.load(in);
        }
        return new Installation(
                home,
                properties.getProperty("version"),
                properties.getProperty("build"),
                properties.getProperty("date"));
    }

    Path java() {
        return home.resolve("bin/java");
    }

    /** The builder's jars. */
    Path builder() {
        return home.resolve("lib/svm/builder");
    }

    /** Headers and archives of the C helpers. */
    Path glue() {
        return home.resolve("lib/svm/clibraries/linux-amd64");
    }

    /**
     * In the form of GraalVM, since Quarkus and Maven plugins parse it; the vendor says what this
     * is.
     */
    String versionText() {
        String full = version + "+" + build;
        return """
        native-image %s %s
        GraalVM Runtime Environment Central-assembly-%1$s (build %s-jvmci-b01)
        Substrate VM Central-assembly-%1$s (build %3$s, serial gc)\
        """
                .formatted(version, date, full);
    }
}
