package io.reaper.runtime.init;

import io.reaper.linux.file.FileStat;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.text.Excerpt;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds the file of a program as {@code execvp(3)} would, with the container's PATH, directory and
 * rights. The words of its errors are those of runc, which callers know.
 */
final class ProgramLookup {

    private static final String PATH = "PATH=";

    private ProgramLookup() {}

    /**
     * @param name with a slash: a path; without: looked up in the directories of PATH
     * @param env the program's environment
     * @throws ProgramNotFoundException if there is no such file, or it may not be run
     */
    static String find(String name, List<String> env) {
        if (name.indexOf('/') >= 0) {
            check(name, name);
            return name;
        }
        for (String directory : path(env).split(":", -1)) {
            String candidate = (directory.isEmpty() ? "." : directory) + "/" + name;
            try {
                check(name, candidate);
            } catch (ProgramNotFoundException e) {
                continue; // perhaps in the next directory
            }
            if (!candidate.startsWith("/")) {
                throw new ProgramNotFoundException(
                        name, "cannot run executable found relative to current directory", 0);
            }
            return candidate;
        }
        throw new ProgramNotFoundException(
                name, "executable file not found in $PATH", Errno.ENOENT.number());
    }

    /** The last PATH counts; without one nothing is found by name. */
    private static String path(List<String> env) {
        String path = "/nonexistent";
        for (String entry : env) {
            if (entry.startsWith(PATH)) {
                path = entry.substring(PATH.length());
            }
        }
        return path;
    }

    /** Beside the program's name, which says the same. */
    private static String named(String candidate) {
        return candidate.length() > Excerpt.LIMIT / 2 ? "" : " " + candidate;
    }

    private static void check(String name, String candidate) {
        try {
            if (FileStat.of(Path.of(candidate)).isDirectory()) {
                throw new ProgramNotFoundException(
                        name, Errno.EISDIR.text(), Errno.EISDIR.number());
            }
        } catch (LinuxException e) {
            throw new ProgramNotFoundException(
                    name, "stat" + named(candidate) + ": " + e.errno().text(), e.errno().number());
        }
        try {
            LinuxFiles.checkExecutable(candidate);
        } catch (LinuxException e) {
            throw new ProgramNotFoundException(name, e.errno().text(), e.errno().number());
        }
    }
}
