package io.reaper.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A container engine around the program under test: its seccomp filter lets system calls fail. By a
 * small program of {@code deny.c}, made with the C compiler that the build needs anyhow.
 */
public final class DeniedCalls {

    private final Path program;

    private DeniedCalls(Path program) {
        this.program = program;
    }

    /**
     * Compiles the program.
     *
     * @param directory where it is put
     * @throws AssertionError with the compiler's words if that fails
     */
    public static DeniedCalls in(Path directory) throws IOException, InterruptedException {
        Path source = directory.resolve("deny.c");
        try (InputStream packed = DeniedCalls.class.getResourceAsStream("deny.c")) {
            Files.copy(packed, source);
        }
        Path program = directory.resolve("deny");
        Process compiler =
                new ProcessBuilder("cc", "-O", "-o", program.toString(), source.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (compiler.waitFor() != 0) {
            throw new AssertionError(said);
        }
        return new DeniedCalls(program);
    }

    /**
     * What stands before a command to run it under the filter.
     *
     * @param calls names, joined by commas
     * @param errno what they fail with
     */
    public List<String> prefix(String calls, int errno) {
        return List.of(program.toString(), calls, Integer.toString(errno));
    }
}
