package io.reaper.runtime.cli.verb;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.WorkingDirectory;
import io.reaper.linux.cgroup.Hierarchies;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.runtime.bundle.DefaultConfig;
import io.reaper.runtime.cli.option.HelpOption;
import io.reaper.runtime.state.ContainerException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spec}. */
@Command(
        name = "spec",
        headerHeading = "NAME%n    reaper-runtime-spec - ",
        header = "write a config.json to start from",
        synopsisHeading = "%nSYNOPSIS%n    ",
        descriptionHeading = "%nDESCRIPTION%n",
        description = {
            "    A shell on a terminal, in namespaces and with a read-only rootfs: this runtime",
            "    and others accept it. Change process.args, and set process.terminal to false for",
            "    a program without a terminal. An existing config.json is left as it is."
        },
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nEXAMPLES%n",
        footer = {"    reaper-runtime spec", "    reaper-runtime spec --bundle /path/to/bundle"})
public final class SpecCommand implements Callable<Integer> {

    private static final int PERMISSIONS = 0666; // less the umask
    private static final int NEW = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL;

    @Option(
            names = {"-b", "--bundle"},
            paramLabel = "DIR",
            description = "where config.json is written (default: the current directory)")
    Path bundle = Path.of(".");

    @Option(names = "--rootless", description = "refused: there are no user namespaces yet")
    boolean rootless;

    @Mixin HelpOption help;

    @Spec CommandSpec command;

    @Override
    public Integer call() {
        if (rootless) {
            throw new ParameterException(
                    command.commandLine(),
                    "--rootless: not supported, there are no user namespaces yet");
        }
        Path file = WorkingDirectory.check(bundle).resolve("config.json");
        try (Fd config = Fd.open(file, NEW, PERMISSIONS)) {
            write(config, file);
        } catch (LinuxException e) {
            if (e.is(Errno.EEXIST)) {
                throw new ContainerException(
                        ErrorCode.E_CONFIG_EXISTS, file + " exists: remove it first", e);
            }
            throw e;
        }
        return 0;
    }

    private static void write(Fd config, Path file) {
        try {
            String document = DefaultConfig.json(Hierarchies.isHostUnified());
            config.write(document.getBytes(StandardCharsets.UTF_8));
        } catch (LinuxException e) {
            LinuxFiles.unlink(file);
            throw e;
        }
    }
}
