package io.reaper.runtime.init;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.FailureText;
import io.reaper.linux.file.Fd;
import io.reaper.linux.process.Program;
import io.reaper.linux.process.Rlimits;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.text.Digits;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.hooks.HookException;
import io.reaper.runtime.hooks.HookKind;
import io.reaper.runtime.hooks.HookRunner;
import io.reaper.runtime.init.InitPlan.StartHooks;
import io.reaper.runtime.init.step.InitStep;
import io.reaper.runtime.init.step.StageFiles;
import io.reaper.runtime.init.step.StageParent;
import io.reaper.runtime.init.step.StepContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The process that becomes the container's program, or another one of its processes. Started by
 * {@code create} and {@code exec} with only this class's own means: the JDK and the kernel seam,
 * one thread, since namespaces, credentials and no_new_privs belong to a thread and {@code
 * execve(2)} carries those of the calling one.
 *
 * <p>Descriptors from the base number on: the {@link InitChannel}, the plan, and what the parent
 * gives ({@link StageFiles#given}); where the program waits for {@code start} that begins with an
 * {@code O_PATH} descriptor of exec.fifo, and one that is only to be kept until the program runs:
 * its lock says that it does not yet. Those between 2 and the base are the caller's, kept for the
 * program.
 */
public final class InitStage {

    private static final int CHANNEL = 0;
    private static final int PLAN = 1;
    private static final int GIVEN = 2;
    private static final int FIFO = 0;
    private static final int FAILURE = 1;
    private static final int TOO_LONG = 10; // digits, of a descriptor's number
    private static final String LISTEN_PID = "LISTEN_PID=";

    private final int base;
    private final StageFiles files;
    private final Rlimits rlimits = new Rlimits(Syscalls.get());
    private int pid; // as the runtime sees it

    private InitStage(int base) {
        this.base = base;
        this.files = new StageFiles(base + GIVEN);
    }

    /** Whether a command line is that of this stage. */
    public static boolean isMeantBy(String... args) {
        return args.length == 2
                && args[0].equals("init")
                && args[1].length() < TOO_LONG
                && Digits.parse(args[1], Integer.MAX_VALUE).isPresent();
    }

    /**
     * Becomes the program, or ends with status 1. Standard error is the container's: nothing is
     * said there.
     *
     * @param args "init" and the base number
     */
    public static void main(String[] args) {
        int base = Integer.parseInt(args[1]);
        try (InitChannel channel = new InitChannel(Fd.of(base + CHANNEL))) {
            new InitStage(base).run(channel);
        } catch (Throwable e) {
            System.exit(FAILURE); // nobody is left to be told: create, exec or start was killed
        }
        System.exit(FAILURE);
    }

    /** Returns only if the program does not run. */
    private void run(InitChannel channel) {
        Optional<Program> program;
        InitPlan plan;
        try (Fd file = Fd.of(base + PLAN)) {
            holdClasses();
            // now: an older kernel needs /proc for it, and later that may be the container's
            Program.closeOnExecFrom(base);
            plan = PlanCodec.decode(file.readAll(PlanCodec.LIMIT));
            channel.send(new InitMessage.Here());
            program = awaitContinue(channel) ? prepare(plan, channel) : Optional.empty();
        } catch (Throwable e) {
            channel.send(new InitMessage.Failed(ErrorCode.of(e), "init", 0, FailureText.of(e)));
            return;
        }
        if (program.isPresent()) {
            becomeProgram(program.get(), plan, channel);
        }
    }

    /**
     * A JVM opens its file of classes by path: now, while that does not lead into the container.
     */
    private static void holdClasses() {
        if (System.getProperty("org.graalvm.nativeimage.imagecode") == null) {
            String name = InitStage.class.getName().replace('.', '/') + ".class";
            if (ClassLoader.getSystemResource(name) == null) {
                throw new IllegalStateException("no file of classes");
            }
        }
    }

    /** False if the parent is gone. */
    private boolean awaitContinue(InitChannel channel) {
        Optional<InitMessage> message = channel.receive();
        if (message.isPresent() && message.get() instanceof InitMessage.Continue(int told)) {
            pid = told;
            return true;
        }
        return false;
    }

    private StageParent parent(InitChannel channel) {
        return new StageParent() {
            @Override
            public void awaitHooks() {
                InitStage.this.awaitHooks(channel);
            }

            @Override
            public void takeTerminal(Fd master) {
                channel.send(new InitMessage.Terminal(master));
            }
        };
    }

    /** For hooks that want the mounts, and the root still outside. */
    private void awaitHooks(InitChannel channel) {
        channel.send(new InitMessage.Mounted());
        if (!awaitContinue(channel)) {
            throw new LinuxException("wait for", "create", Errno.ECONNRESET);
        }
    }

    private Optional<Program> prepare(InitPlan plan, InitChannel channel) {
        StepContext context =
                new StepContext(
                        Syscalls.get(), number -> Fd.of(number).stat(), files, parent(channel));
        InitMessage.Failed failure;
        try {
            for (InitStep step : plan.steps()) {
                step.run(context).map(InitMessage.Warning::new).ifPresent(channel::send);
            }
            Program program = program(plan);
            channel.send(new InitMessage.Ready());
            return Optional.of(program);
        } catch (LinuxException e) {
            failure =
                    new InitMessage.Failed(
                            ErrorCode.E_INIT_FAILED,
                            e.operation(),
                            e.errno().number(),
                            e.getMessage());
        } catch (ProgramNotFoundException e) {
            failure = new InitMessage.Failed(e.code(), "exec", e.errno(), e.getMessage());
        }
        channel.send(failure);
        return Optional.empty();
    }

    private static Program program(InitPlan plan) {
        List<String> env = plan.inherited().sockets() ? withOwnPid(plan.env()) : plan.env();
        if (plan.placeholder()) {
            return Program.placeholder(plan.args(), env);
        }
        List<String> complete = HomeDirectory.in(env, (int) Syscalls.get().geteuid());
        String path = ProgramLookup.find(plan.args().getFirst(), complete);
        return new Program(path, plan.args(), complete);
    }

    private static List<String> withOwnPid(List<String> env) {
        List<String> owned = new ArrayList<>(env);
        owned.removeIf(entry -> entry.startsWith(LISTEN_PID));
        owned.add(LISTEN_PID + Syscalls.get().getpid());
        return owned;
    }

    private void becomeProgram(Program prepared, InitPlan plan, InitChannel channel) {
        try (Program program = prepared) {
            switch (plan.gate()) {
                case START -> {
                    channel.close();
                    // waits for start, which reads: the end means success, bytes are an error
                    try (Fd gate = files.reopen(files.given(FIFO), OpenFlags.O_WRONLY)) {
                        InitMessage.Failed refusal = refused(program, plan);
                        String text = refusal.code() + " " + refusal.text();
                        gate.write(text.getBytes(StandardCharsets.UTF_8));
                    }
                }
                case NONE -> channel.send(refused(program, plan));
            }
        }
    }

    private void run(StartHooks start) {
        new HookRunner(HookRunner.withPid(start.state(), pid), Optional.empty(), Optional.empty())
                .runAll(HookKind.START_CONTAINER, start.hooks());
    }

    private InitMessage.Failed refused(Program program, InitPlan plan) {
        try {
            plan.startHooks().ifPresent(this::run);
            plan.inherited().gaps().forEach(Fd::closeOnExec); // the VM may have one there
            Program.restoreLimits();
            plan.limits().forEach(rlimits::set);
            return refused(ErrorCode.E_PROGRAM_REFUSED, program.exec().getMessage());
        } catch (HookException e) {
            return refused(e.code(), e.getMessage());
        } catch (LinuxException e) {
            return refused(ErrorCode.E_INIT_FAILED, e.getMessage());
        } catch (OutOfMemoryError e) {
            return refused(
                    ErrorCode.E_NO_MEMORY,
                    "exec "
                            + Excerpt.of(plan.args().getFirst())
                            + ": no memory within process.rlimits");
        } catch (Throwable e) {
            return refused(ErrorCode.of(e), FailureText.of(e));
        }
    }

    private static InitMessage.Failed refused(ErrorCode code, String text) {
        return new InitMessage.Failed(code, "exec", 0, text);
    }
}
