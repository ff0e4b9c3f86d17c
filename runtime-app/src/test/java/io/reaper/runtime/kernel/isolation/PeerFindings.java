package io.reaper.runtime.kernel.isolation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What probe.sh has printed, without what may differ between two runtimes, or two runs. */
final class PeerFindings {

    /** A line is replaced, the same way for both. */
    private record Allowed(String why, Pattern line, String replacement) {

        static Allowed of(String why, String line, String replacement) {
            return new Allowed(why, Pattern.compile(line), replacement);
        }
    }

    private static final List<Allowed> ALLOWED =
            List.of(
                    Allowed.of(
                            "the kernel counts peer groups on and on",
                            "(shared|master|propagate_from):[0-9]+",
                            "$1:N"),
                    Allowed.of(
                            "a masked file is a bind of the container's /dev/null there, of the"
                                    + " node's here: the image has no say in it then",
                            "^/null (/\\S+) .*",
                            "/null $1 masked"),
                    Allowed.of(
                            "a masked directory is an empty read-only tmpfs; here it is nosuid,"
                                    + " nodev, noexec besides, and read-only as a mount",
                            "^/ (/\\S+) ro,\\S*( shared:N)? - tmpfs tmpfs"
                                    + " r[ow],size=4k,nr_inodes=1$",
                            "/ $1 masked$2"),
                    Allowed.of(
                            "a read-only file system is so as a mount here, and there by its"
                                    + " superblock, too: the program cannot tell",
                            "^(/ /\\S+ ro,.* - (?:sysfs|proc) \\S+) r[ow]",
                            "$1 ro"));

    private PeerFindings() {}

    static List<String> of(String output) {
        List<String> found = new ArrayList<>();
        List<String> mounts = new ArrayList<>();
        String section = "";
        for (String line : output.lines().toList()) {
            if (line.startsWith("== ")) {
                section = line.substring(3);
                mounts.stream().sorted().forEach(found::add);
                mounts.clear();
                found.add(line);
                continue;
            }
            switch (section) {
                case "mounts" -> mounts.add(allowed(line));
                case "namespaces" -> found.add(namespace(line));
                case "process" -> found.add(ignored(line));
                default -> found.add(line);
            }
        }
        return found;
    }

    /** Lines that only one of them has, in their order. */
    static List<String> differences(List<String> theirs, List<String> ours) {
        List<String> missing = new ArrayList<>(theirs);
        ours.forEach(missing::remove);
        List<String> more = new ArrayList<>(ours);
        theirs.forEach(more::remove);
        List<String> all = new ArrayList<>();
        missing.forEach(line -> all.add("runc: " + line));
        more.forEach(line -> all.add("here: " + line));
        return all;
    }

    /** There the caller's ignored signals stay ignored; here none is. */
    private static String ignored(String line) {
        return line.startsWith("SigIgn:") ? "SigIgn" : line;
    }

    private static String allowed(String line) {
        String result = line;
        for (Allowed difference : ALLOWED) {
            result = difference.line.matcher(result).replaceAll(difference.replacement);
        }
        return result;
    }

    /** The node's, or one of the container's own. */
    private static String namespace(String link) {
        String type = link.substring(0, link.indexOf(':'));
        try (Stream<Path> node = Files.list(Path.of("/proc/self/ns"))) {
            for (Path file : node.toList()) {
                if (Files.readSymbolicLink(file).toString().equals(link)) {
                    return type + " of the node";
                }
            }
            return type + " of its own";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
