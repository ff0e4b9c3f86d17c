package io.reaper.runtime.launch;

import io.reaper.linux.seam.Syscalls;
import io.reaper.runtime.init.InitStage;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How this program starts itself as an init stage: the native image by {@code /proc/self/exe}, the
 * JVM with just the classes that stage needs, small and without signal handlers.
 */
final class InitCommand {

    /**
     * Further JVM options for the stage, separated by blanks (the launcher's archive of classes).
     */
    private static final String OPTIONS = "reaper.init.options";

    /** Where the kernel seam's library lies, if it need not be unpacked. */
    private static final String LIBRARY = "reaper.linux.library";

    private static final boolean IMAGE =
            System.getProperty("org.graalvm.nativeimage.imagecode") != null;

    private InitCommand() {}

    /** What is executed; an image need not know where it lies. */
    static String path() {
        return IMAGE
                ? "/proc/self/exe"
                : Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * @param base the first descriptor that is the stage's own
     */
    static List<String> argv(int base) {
        List<String> argv = new ArrayList<>();
        if (IMAGE) {
            argv.add("reaper-runtime"); // what ps shows, with what follows
        } else {
            argv.add(path());
            argv.addAll(
                    List.of(
                            "-Xrs",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:-UsePerfData",
                            "-XX:-MaxFDLimit",
                            "-Xshare:auto",
                            "--enable-native-access=ALL-UNNAMED"));
            String library = System.getProperty(LIBRARY);
            if (library != null) {
                argv.add("-D" + LIBRARY + "=" + library);
            }
            for (String option : System.getProperty(OPTIONS, "").split(" ", 0)) {
                if (!option.isEmpty()) {
                    argv.add(option);
                }
            }
            argv.addAll(List.of("-cp", classPath(), InitStage.class.getName()));
        }
        argv.addAll(List.of("init", Integer.toString(base)));
        return argv;
    }

    /** Nothing of the caller's; the JVM takes the encoding of file names from the locale. */
    static List<String> env() {
        return IMAGE ? List.of() : List.of("LC_ALL=C.UTF-8");
    }

    private static String classPath() {
        String own = location(InitStage.class);
        String linux = location(Syscalls.class);
        return own.equals(linux) ? own : own + ":" + linux;
    }

    private static String location(Class<?> type) {
        try {
            URI uri = type.getProtectionDomain().getCodeSource().getLocation().toURI();
            return Path.of(uri).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
