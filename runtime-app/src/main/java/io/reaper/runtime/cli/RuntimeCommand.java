package io.reaper.runtime.cli;

import io.reaper.runtime.cli.about.FeaturesCommand;
import io.reaper.runtime.cli.about.VersionText;
import io.reaper.runtime.cli.option.HelpOption;
import io.reaper.runtime.cli.option.RuntimeOptions;
import io.reaper.runtime.cli.ps.PsCommand;
import io.reaper.runtime.cli.verb.CreateCommand;
import io.reaper.runtime.cli.verb.DeleteCommand;
import io.reaper.runtime.cli.verb.ExecCommand;
import io.reaper.runtime.cli.verb.KillCommand;
import io.reaper.runtime.cli.verb.ListCommand;
import io.reaper.runtime.cli.verb.RunCommand;
import io.reaper.runtime.cli.verb.SpecCommand;
import io.reaper.runtime.cli.verb.StartCommand;
import io.reaper.runtime.cli.verb.StateCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The program: its help, its verbs, and what it says of itself. */
@Command(
        name = "reaper-runtime",
        headerHeading = "NAME%n",
        header =
                "    reaper-runtime - create and run containers as the OCI runtime specification"
                        + " says",
        synopsisHeading = "%nSYNOPSIS%n    ",
        customSynopsis = "reaper-runtime [OPTIONS] COMMAND [COMMAND OPTIONS] [ID]",
        descriptionHeading = "%nDESCRIPTION%n",
        description = {
            "    Called by containerd's shims, podman and CRI-O, or by hand. A container is a",
            "    bundle, a directory with a config.json, made into a process: create prepares",
            "    it and start runs the program.",
            "    REAPER_ISOLATION says how: in host mode, which is the default, the program runs",
            "    on this machine itself, and namespaces, rootfs, mounts, resource limits and",
            "    seccomp of the bundle are not applied; in oci mode all but limits, seccomp and",
            "    cgroups of version 1 is applied or refused. The log names what is passed over."
        },
        commandListHeading = "%nCOMMANDS%n",
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nENVIRONMENT%n",
        footer = {
            "    REAPER_RUNTIME_ROOT   state directory (default /run/reaper); --root wins",
            "    REAPER_RUNTIME_LOG    log file; --log wins",
            "    REAPER_ISOLATION      \"host\" (the default) or \"oci\", of containers that are"
                    + " made",
            "    REAPER_HOST_HOOKS     \"run\": also run hooks that would set up the host's"
                    + " network",
            "    REAPER_CONFIG         file with REAPER_X=value lines, used for what the"
                    + " environment",
            "                          does not set (default /etc/reaper/reaper.conf)",
            "",
            "EXIT STATUS",
            "    0 on success, 1 on any error (one line on standard error); run and exec: the",
            "    program's own; exec: 255 if it cannot start",
            "",
            "EXAMPLES",
            "    reaper-runtime create test1 --bundle /path/to/bundle",
            "    reaper-runtime state test1",
            "    reaper-runtime start test1",
            "    reaper-runtime kill test1 15",
            "    reaper-runtime delete test1"
        },
        versionProvider = VersionText.class,
        subcommands = {
            CreateCommand.class,
            StartCommand.class,
            StateCommand.class,
            KillCommand.class,
            DeleteCommand.class,
            RunCommand.class,
            ExecCommand.class,
            ListCommand.class,
            PsCommand.class,
            SpecCommand.class,
            FeaturesCommand.class,
            CompletionCommand.class
        })
public final class RuntimeCommand extends RuntimeOptions implements Runnable {

    @Option(
            names = {"-v", "--version"},
            versionHelp = true,
            description = "print the version and exit")
    boolean version;

    @Mixin HelpOption help;

    @Spec CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
