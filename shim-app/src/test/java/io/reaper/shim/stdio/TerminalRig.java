package io.reaper.shim.stdio;

import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_WRONLY;

import io.reaper.linux.event.EventFd;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.file.UnixSockets;
import io.reaper.linux.process.ProcessControl;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.signal.Signals;
import io.reaper.linux.terminal.Pty;
import io.reaper.shim.exit.ChildProcess;
import io.reaper.shim.exit.Exit;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.exit.Reaper;
import io.reaper.shim.log.ShimLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A shim's streams of one process with a terminal, on real FIFOs; this class plays the OCI runtime,
 * and the process is a real one, whose controlling terminal it is.
 */
final class TerminalRig implements AutoCloseable {

    private static final int LIMIT_SECONDS = 30;
    private static final int PAGE_SIZE = 4096;

    final Path directory;
    final Path in;
    final Path out;
    final ProcessStreams streams;
    private final KernelEvents kernel;
    private final Reaper reaper;
    private final List<ChildProcess> processes = new ArrayList<>();
    private final List<CompletableFuture<Void>> leftovers = new ArrayList<>();

    TerminalRig(Path directory, String name) {
        this(directory, name, true);
    }

    TerminalRig(Path directory, String name, boolean withStdin) {
        this(directory, name, withStdin ? directory + "/" + name + "-in" : "", "");
    }

    /** Whose output goes to a logger. */
    TerminalRig(Path directory, String name, String logger) {
        this(directory, name, directory + "/" + name + "-in", logger);
    }

    private TerminalRig(Path directory, String name, String stdin, String logger) {
        this.directory = directory;
        this.in = fifo(name + "-in");
        this.out = fifo(name + "-out");
        new ProcessControl(Syscalls.get()).becomeSubreaper();
        this.kernel = KernelEvents.start(ShimLog.silent());
        this.reaper = new Reaper(kernel, ShimLog.silent());
        this.streams =
                ProcessStreams.open(
                        new StdioRequest(stdin, logger.isEmpty() ? out + "" : logger, "", true),
                        new StreamOwner("ns", name),
                        new StreamContext(
                                new ReaderWatch(kernel), kernel, reaper, ShimLog.silent()));
    }

    private Path fifo(String name) {
        Path path = directory.resolve(name);
        LinuxFiles.mkfifo(path, 0700);
        return path;
    }

    /**
     * A shell that leads a session of its own; {@code $1} is the directory. All that is known of
     * its terminal is with the process and the shim when this returns.
     */
    ChildProcess sh(String script) {
        try (Pty pty = Pty.open()) {
            List<String> argv =
                    List.of(
                            "/usr/bin/setsid",
                            "-c",
                            "/bin/sh",
                            "-c",
                            script,
                            "sh",
                            directory.toString());
            ChildProcess process =
                    reaper.spawn(
                            SpawnRequest.of(
                                    argv,
                                    List.of("PATH=/usr/bin:/bin", "TERM=xterm"),
                                    List.of(pty.slave(), pty.slave(), pty.slave())));
            processes.add(process);
            try (Fd socket = UnixSockets.connect(streams.consoleSocket().orElseThrow())) {
                UnixSockets.sendDescriptor(socket, pty.master(), "/dev/pts/0");
            }
        }
        streams.handedOver();
        return processes.getLast();
    }

    /**
     * Fills the output's FIFO, so that the relay cannot pass anything on.
     *
     * @return with what
     */
    String fillOutput() {
        byte[] page = "x".repeat(PAGE_SIZE).getBytes(StandardCharsets.UTF_8);
        StringBuilder filler = new StringBuilder();
        try (Fd fd = Fd.open(out, O_WRONLY | O_NONBLOCK);
                Memory buffer = Memory.of(PAGE_SIZE)) {
            buffer.bytes().put(0, page);
            for (int count; (count = fd.tryWrite(buffer, 0, PAGE_SIZE)) > 0; ) {
                filler.append("x".repeat(count));
            }
        }
        return filler.toString();
    }

    /** Returns when the thread that relays has done something. */
    void awaitEventThread() {
        CompletableFuture<Void> ran = new CompletableFuture<>();
        try (EventFd event = new EventFd()) {
            KernelEvents.Watch watch = kernel.watch(event.fd(), () -> ran.complete(null));
            event.signal();
            await(ran);
            watch.close();
        }
    }

    TerminalClient client() {
        return new TerminalClient(in, out);
    }

    /** A client that types nothing, and does not open the input. */
    TerminalClient viewer() {
        return new TerminalClient(Path.of("/dev/null"), out);
    }

    /** Waits for the end; what the process has left behind is killed, as the shim does. */
    Exit end(ChildProcess process) {
        Exit exit = await(process.exit());
        leftovers.add(reaper.end(exit.orphans(), orphan -> true));
        return exit;
    }

    static <T> T await(CompletableFuture<T> done) {
        return done.copy().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        streams.close();
        for (ChildProcess process : processes) {
            process.signal(Signals.SIGKILL);
            end(process);
        }
        leftovers.forEach(TerminalRig::await);
        kernel.close();
    }
}
