package io.reaper.k8s.scripts;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A copy of the scripts with programs in front of PATH that stand in for kind, docker, minikube,
 * kubectl and Maven: they write down how they were called and do what {@link #when} says, else
 * nothing, with success.
 */
final class StandIns {
    private static final List<String> PROGRAMS =
            List.of("kind", "docker", "minikube", "kubectl", "ssh", "mvn");

    private static final List<String> COPIED =
            List.of("common.sh", "cluster.sh", "kind-integration.sh", "minikube-setup-runtime.sh");

    /** A rule is a line: a pattern of sh for the call, a tab, and what to do then. */
    private static final String STAND_IN =
            """
            #!/bin/sh
            call="${0##*/} $*"
            printf '%s\\n' "$call" >>"$STAND_INS/calls"
            tab=$(printf '\\t')
            while IFS= read -r rule; do
                case $call in
                    ${rule%%"$tab"*}) eval "${rule#*"$tab"}" ;;
                esac
            done <"$STAND_INS/rules"
            exit 0
            """;

    private final Path directory;
    private final Path repository;
    private final List<String> path = new ArrayList<>();

    /**
     * @param directory an empty one
     */
    StandIns(Path directory) {
        this.directory = directory;
        this.repository = directory.resolve("repository");
        try {
            Path programs = Files.createDirectories(directory.resolve("programs"));
            for (String program : PROGRAMS) {
                executable(programs.resolve(program), STAND_IN);
            }
            path.add(programs.toString());
            path.add(System.getenv("PATH"));
            Files.createFile(directory.resolve("calls"));
            Files.createFile(directory.resolve("rules"));
            Path scripts = Files.createDirectories(repository.resolve("scripts"));
            for (String script : COPIED) {
                Files.copy(Repository.script(script), scripts.resolve(script));
            }
            executable(scripts.resolve("install-node.sh"), "#!/bin/sh\n");
            executable(scripts.resolve("build-native.sh"), BUILD);
            Files.createDirectories(repository.resolve("kubernetes"));
            Files.copy(
                    Repository.manifests().resolve("runtimeclass.yaml"),
                    repository.resolve("kubernetes/runtimeclass.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes two files where the executables would be, after having been written down. */
    private static final String BUILD =
            """
            #!/bin/sh
            echo build-native.sh >>"$STAND_INS/calls"
            mkdir -p "${0%/*}/../target/native" && cd "${0%/*}/../target/native" || exit
            for program in reaper-runtime containerd-shim-reaper-v2; do
                echo '#!/bin/sh' >$program && chmod 755 $program || exit
            done
            """;

    Path repository() {
        return repository;
    }

    /**
     * @param call a pattern of sh for a program's name and its arguments, one blank between
     * @param action commands of sh in one line, in general an echo or an exit
     */
    StandIns when(String call, String action) {
        try {
            Files.writeString(
                    directory.resolve("rules"),
                    call + "\t" + action + "\n",
                    UTF_8,
                    StandardOpenOption.APPEND);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs one of the copied scripts. */
    Outcome run(String script, String... arguments) {
        List<String> line = new ArrayList<>(List.of("bash", script(script).toString()));
        line.addAll(List.of(arguments));
        return run(line, "");
    }

    /** Runs a text as a script of bash. */
    Outcome runText(String text) {
        return run(List.of("bash", "-e"), text);
    }

    private Path script(String name) {
        return repository.resolve("scripts").resolve(name);
    }

    private Outcome run(List<String> line, String input) {
        try {
            Files.writeString(directory.resolve("calls"), "", UTF_8);
            Path in = Files.writeString(directory.resolve("in"), input, UTF_8);
            Path out = directory.resolve("out");
            Path err = directory.resolve("err");
            // who runs us in the background has us ignore SIGINT, which a script could not trap
            // then
            List<String> signalled = new ArrayList<>(List.of("env", "--default-signal=INT"));
            signalled.addAll(line);
            ProcessBuilder builder =
                    new ProcessBuilder(signalled)
                            .redirectInput(in.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile());
            builder.environment()
                    .putAll(
                            Map.of(
                                    "PATH", String.join(":", path),
                                    "STAND_INS", directory.toString(),
                                    "JAVA_HOME", System.getProperty("java.home")));
            builder.environment().remove("MAVEN_OPTS");
            Process process = builder.start();
            if (!process.waitFor(3, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(
                        "not ended within three minutes: " + line + "\n" + Files.readString(out));
            }
            List<String> calls = Files.readAllLines(directory.resolve("calls"), UTF_8);
            return new Outcome(
                    process.exitValue(),
                    Files.readString(out, UTF_8),
                    Files.readString(err, UTF_8),
                    calls.stream().map(this::shortened).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** A call without what differs from machine to machine. */
    private String shortened(String call) {
        return call.replace(repository.toString(), "REPO");
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text, UTF_8);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /**
     * What became of a script.
     *
     * @param calls of the programs that stand in, in order, REPO for the scripts' repository
     */
    record Outcome(int status, String stdout, String stderr, List<String> calls) {
        Outcome expect(int expected) {
            if (status != expected) {
                throw new AssertionError("expected status " + expected + ": " + this);
            }
            return this;
        }

        /** The calls that begin so, without that beginning. */
        List<String> calls(String start) {
            return calls.stream()
                    .filter(call -> call.startsWith(start))
                    .map(call -> call.substring(start.length()))
                    .toList();
        }
    }
}
