package io.reaper.runtime.cli.verb;

import io.reaper.contract.ErrorCode;
import io.reaper.linux.signal.Signals;
import io.reaper.runtime.cli.option.ContainerArgument;
import io.reaper.runtime.cli.option.HelpOption;
import io.reaper.runtime.cli.option.RuntimeOptions;
import io.reaper.runtime.state.ContainerException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code kill}. */
@Command(
        name = "kill",
        headerHeading = "NAME%n    reaper-runtime-kill - ",
        header = "send a signal to a container",
        synopsisHeading = "%nSYNOPSIS%n    ",
        descriptionHeading = "%nDESCRIPTION%n",
        description = {
            "    To the init process, which must live; but SIGKILL to every process of the",
            "    container, also to those that have outlived init. With --all any signal to every",
            "    process of the container, also of a stopped one; after SIGKILL all are gone."
        },
        parameterListHeading = "%nARGUMENTS%n",
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nEXAMPLES%n",
        footer = {
            "    reaper-runtime kill test1 15",
            "    reaper-runtime kill test1 SIGHUP",
            "    reaper-runtime kill --all test1 kill"
        })
public final class KillCommand implements Callable<Integer> {

    @ParentCommand RuntimeOptions runtime;
    @Mixin ContainerArgument container;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "SIGNAL",
            defaultValue = "SIGTERM",
            description = "number or name, with or without SIG, in any case (default: SIGTERM)")
    String signal;

    @Option(
            names = {"-a", "--all"},
            description = "to all processes of the container")
    boolean all;

    @Mixin HelpOption help;

    @Override
    public Integer call() {
        int number = number(signal);
        if (all) {
            runtime.kill().all(container.id(), number);
        } else {
            runtime.kill().init(container.id(), number);
        }
        return 0;
    }

    private static int number(String signal) {
        try {
            return Signals.parse(signal);
        } catch (IllegalArgumentException e) {
            throw new ContainerException(ErrorCode.E_SIGNAL_UNKNOWN, e.getMessage(), e);
        }
    }
}
