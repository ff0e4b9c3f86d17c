package io.reaper.shim.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;

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
        byte[] bytes = Files.readAllBytes(file);
        boolean executable =
                bytes.length > 4
                        && bytes[0] == 0x7f
                        && new String(bytes, 1, 3, StandardCharsets.ISO_8859_1).equals("ELF");
        return executable
                ? "native executable, %.1f MiB".formatted(bytes.length / 1024.0 / 1024)
                : "JVM mode";
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
