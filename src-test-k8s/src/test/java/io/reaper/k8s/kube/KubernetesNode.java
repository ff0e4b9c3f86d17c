package io.reaper.k8s.kube;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.reaper.k8s.NodeShell;
import io.reaper.testing.Await;
import io.reaper.testing.Job;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A node of a cluster, reached by a command of this machine, such as `docker exec -i NODE`: it is
 * given the word `sh` more, and a script on its standard input. Nothing has to be quoted on the way
 * then, whatever the command does with its words.
 */
final class KubernetesNode implements NodeShell {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final List<String> shell;
    private final String programs;

    /**
     * @param shell the command, words with one blank between; {node} in it stands for the name
     * @param programs where install-node.sh has put the programs
     */
    KubernetesNode(String shell, String name, String programs) {
        List<String> words = new ArrayList<>();
        for (String word : shell.strip().split(" +", -1)) {
            words.add(word.replace("{node}", name));
        }
        words.add("sh");
        this.shell = List.copyOf(words);
        this.programs = programs;
    }

    @Override
    public Job.Result run(String... command) {
        String line = Arrays.stream(command).map(KubernetesNode::quoted).collect(joined());
        return script(String.join(" ", command), line + " </dev/null\n", MINUTE);
    }

    private static java.util.stream.Collector<CharSequence, ?, String> joined() {
        return Collectors.joining(" ");
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    @Override
    public String programs() {
        return programs;
    }

    @Override
    public void replaceProgram(String name, Path file) {
        String target = quoted(programs + "/" + name);
        String beside = quoted(programs + "/." + name + ".new");
        try {
            String content = Base64.getMimeEncoder().encodeToString(Files.readAllBytes(file));
            String text =
                    """
                    base64 -d >%1$s <<'END_OF_PROGRAM' && chmod 0755 %1$s && mv -f %1$s %2$s
                    %3$s
                    END_OF_PROGRAM
                    """
                            .formatted(beside, target, content.replace("\r", ""));
            Job.Result unused = script("replace " + name, text, MINUTE).expect(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** CRI answers again; whether the node is Ready is for the cluster to see. */
    @Override
    public void restartContainerd() {
        Job.Result unused = run("systemctl", "restart", "containerd").expect(0);
        Await.until(
                MINUTE,
                () -> run("crictl", "info").exitCode() == 0,
                () -> "CRI answers: " + run("crictl", "info"));
    }

    private Job.Result script(String name, String text, Duration deadline) {
        try {
            Process process = new ProcessBuilder(shell).start();
            ByteArrayOutputStream stdout = new ByteArrayOutputStream();
            ByteArrayOutputStream stderr = new ByteArrayOutputStream();
            Thread out = Thread.ofVirtual().start(() -> drain(process.getInputStream(), stdout));
            Thread err = Thread.ofVirtual().start(() -> drain(process.getErrorStream(), stderr));
            try (OutputStream in = process.getOutputStream()) {
                in.write(text.getBytes(ISO_8859_1));
            } catch (IOException e) {
                // it has ended before it read all: its status tells
            }
            if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("no end within a minute on the node: " + name);
            }
            out.join();
            err.join();
            return new Job.Result(
                    name,
                    process.exitValue(),
                    stdout.toString(ISO_8859_1),
                    stderr.toString(ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot reach the node by " + shell, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static void drain(java.io.InputStream from, ByteArrayOutputStream to) {
        try (from) {
            long unused = from.transferTo(to);
        } catch (IOException e) {
            // the command's end closes it
        }
    }
}
