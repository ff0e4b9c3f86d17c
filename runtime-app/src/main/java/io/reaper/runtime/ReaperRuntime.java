package io.reaper.runtime;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.reaper.contract.FailureText;
import io.reaper.linux.process.ProcessControl;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.signal.Signals;
import io.reaper.runtime.cli.RuntimeCommandLine;
import io.reaper.runtime.init.InitStage;

/**
 * {@code reaper-runtime}. The init stage runs as plain Java, for it becomes the container's
 * program; so does a native image, whose beans and commands were prepared while it was built. The
 * JVM starts the same commands through the framework.
 */
@QuarkusMain
public final class ReaperRuntime {

    private static final int FAILURE = 1;

    private static final boolean IMAGE =
            System.getProperty("org.graalvm.nativeimage.imagecode") != null;

    /**
     * In an image made while it is built: what picocli finds out by reflection lies in its heap.
     */
    private static final RuntimeCommandLine PREPARED = IMAGE ? new RuntimeCommandLine() : null;

    private ReaperRuntime() {}

    /**
     * Ends the process with the verb's exit status.
     *
     * @param args options and verb, or "init" and a descriptor number
     */
    public static void main(String[] args) {
        try {
            run(args);
        } catch (Throwable e) {
            System.err.println(FailureText.of(e));
            System.exit(FAILURE);
        }
    }

    private static void run(String... args) {
        if (IMAGE) {
            // it has no signal handlers: a closed pipe shall be an error, not a death
            new ProcessControl(Syscalls.get()).ignore(Signals.SIGPIPE);
        }
        if (InitStage.isMeantBy(args)) {
            InitStage.main(args);
        } else if (IMAGE) {
            System.exit(PREPARED.execute(args));
        } else {
            nameHost();
            Quarkus.run(Verbs.class, args);
        }
    }

    /** Log records carry the host name; without these the log manager asks the network for it. */
    private static void nameHost() {
        System.setProperty("jboss.host.name", "localhost");
        System.setProperty("jboss.qualified.host.name", "localhost");
        System.setProperty("jboss.node.name", "localhost");
        System.setProperty("smallrye.config.mapping.validate-unknown", "false");
    }

    /** The verbs under the framework. */
    public static final class Verbs implements QuarkusApplication {
        @Override
        public int run(String... args) {
            return new RuntimeCommandLine().execute(args);
        }
    }
}
