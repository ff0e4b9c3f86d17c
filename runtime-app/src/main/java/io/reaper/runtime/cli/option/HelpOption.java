package io.reaper.runtime.cli.option;

import picocli.CommandLine.Option;

/** {@code --help}, of the program and of each verb. */
public final class HelpOption {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this help and exit")
    boolean asked;
}
