package io.reaper.shim.cli;

import io.reaper.contract.ErrorCode;
import io.reaper.shim.daemon.ServeCommand;
import io.reaper.shim.delete.DeleteCommand;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.start.StartCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** What the program does without an action: it says who calls it. */
@Command(
        name = "containerd-shim-reaper-v2",
        synopsisHeading = "Usage:%n  ",
        customSynopsis = {
            "containerd-shim-reaper-v2 [flags] start|delete|serve",
            "  containerd-shim-reaper-v2 -info | -v | -help"
        },
        description = {
            "",
            "containerd runs this program for containers of runtime io.containerd.reaper.v2:",
            "'start' opens a socket of containerd's Task API and leaves a daemon behind it,",
            "'delete' cleans up after one that has died. Flags are in Go's syntax, with one or",
            "two dashes, as -id x or -id=x. People need none of this: use ctr, nerdctl or",
            "kubectl.",
            ""
        },
        subcommands = {
            StartCommand.class,
            DeleteCommand.class,
            ServeCommand.class,
            InfoCommand.class,
            VersionCommand.class,
            HelpCommand.class
        },
        footer = {
            "",
            "Environment (also as lines of /etc/reaper/reaper.conf):",
            "  REAPER_RUNTIME_PATH   the OCI runtime; default /usr/local/bin/reaper-runtime",
            "  REAPER_RUNTIME_ROOT   its directory of state; default /run/reaper",
            "  REAPER_SHIM_LOG       a file for the shim's log; default: none",
            "  TTRPC_ADDRESS         set by containerd: where events go"
        })
public final class RootCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw ShimException.invalid(
                ErrorCode.E_USAGE,
                "no action: containerd runs this program; -help tells how, -v which version it is");
    }
}
