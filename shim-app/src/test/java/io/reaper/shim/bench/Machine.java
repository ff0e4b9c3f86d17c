package io.reaper.shim.bench;

import io.reaper.testing.Table;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;

/** Where it was measured, and what. */
record Machine(Setup setup) {

    Table table(String revision) throws IOException {
        Commands commands = setup.commands("versions");
        String memory = fieldOf("/proc/meminfo", "MemTotal").split(" ", -1)[0];
        Table table =
                new Table("", "")
                        .row("date", LocalDate.now(ZoneOffset.UTC).toString())
                        .row(
                                "machine",
                                "%s, %d cores, %d GiB"
                                        .formatted(
                                                fieldOf("/proc/cpuinfo", "model name"),
                                                Runtime.getRuntime().availableProcessors(),
                                                Math.round(Long.parseLong(memory) / 1024.0 / 1024)))
                        .row(
                                "system",
                                "Linux %s, %s, load %s when it began"
                                        .formatted(
                                                text("/proc/sys/kernel/osrelease"),
                                                commands.capture(
                                                        "/usr/bin/getconf", "GNU_LIBC_VERSION"),
                                                text("/proc/loadavg").split(" ", -1)[0]))
                        .row("Reaper", revision);
        for (String program : new String[] {Setup.OUR_RUNTIME, ShimPeer.REAPER.program()}) {
            Path file = setup.programs().resolve(program);
            table.row(program, kind(file));
        }
        for (String peer : new String[] {"containerd", "runc", "crun"}) {
            table.row(
                    peer,
                    Setup.lookUp(peer)
                            .map(path -> version(commands, path))
                            .orElse("not installed"));
        }
        return table.row("measured", setup.plan().toString());
    }

    private static String version(Commands commands, Path program) {
        String[] words =
                commands.capture(program.toString(), "--version")
                        .lines()
                        .findFirst()
                        .orElse("")
                        .split(" ", -1);
        // "runc version 1.1.5+ds1", "containerd github.com/containerd/containerd 1.6.20~ds1 …"
        return words.length < 3 ? String.join(" ", words) : words[2];
    }

    private static String kind(Path file) throws IOException {
        return isExecutable(file)
                ? "native executable, %.1f MiB".formatted(Files.size(file) / 1024.0 / 1024)
                : "JVM mode";
    }

    /** Whether a program is an ELF file, and not a launcher of JVM mode. */
    static boolean isExecutable(Path file) throws IOException {
        byte[] magic = {0x7f, 'E', 'L', 'F'};
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(magic, in.readNBytes(magic.length));
        }
    }

    private static String fieldOf(String file, String name) throws IOException {
        return text(file)
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    private static String text(String file) throws IOException {
        return new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8).strip();
    }
}
