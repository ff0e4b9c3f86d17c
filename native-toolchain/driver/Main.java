package io.reaper.toolchain;

import java.nio.file.Path;
import java.util.List;

/** The command {@code native-image}: {@code [options] -jar FILE | CLASS [NAME]}. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        Installation installation = Installation.current();
        if (List.of(arguments).contains("--version")) {
            System.out.println(installation.versionText());
            return;
        }
        int status;
        try {
            Request request = new Request(BuilderOptions.load());
            request.read(List.of(arguments));
            status = new Builder(installation).run(request);
        } catch (IllegalArgumentException e) {
            System.err.println("native-image: " + e.getMessage());
            status = 20;
        }
        System.exit(status);
    }

    /** The path as the builder wants it, wherever the caller stands. */
    static Path absolute(String path) {
        return Path.of(path).toAbsolutePath().normalize();
    }
}
