package io.reaper.runtime.cli.verb;

import io.reaper.runtime.cli.answer.Answer;
import io.reaper.runtime.cli.option.ContainerArgument;
import io.reaper.runtime.cli.option.HelpOption;
import io.reaper.runtime.cli.option.RuntimeOptions;
import io.reaper.runtime.state.StateJson;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code state}. */
@Command(
        name = "state",
        headerHeading = "NAME%n    reaper-runtime-state - ",
        header = "print the state of a container as JSON",
        synopsisHeading = "%nSYNOPSIS%n    ",
        descriptionHeading = "%nDESCRIPTION%n",
        description = {
            "    The OCI state (ociVersion, id, status, pid, bundle, annotations) with created,",
            "    owner and rootfs, and exitStatus, signal and exitedAt when they are known. The",
            "    status is creating, created, running, paused (its cgroup is frozen) or stopped;",
            "    pid is 0 when stopped."
        },
        parameterListHeading = "%nARGUMENTS%n",
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nEXAMPLES%n",
        footer = "    reaper-runtime state test1")
public final class StateCommand implements Callable<Integer> {

    @ParentCommand RuntimeOptions runtime;
    @Mixin ContainerArgument container;

    @Mixin HelpOption help;

    @Override
    public Integer call() {
        Answer.print(StateJson.show(runtime.query().state(container.id())));
        return 0;
    }
}
