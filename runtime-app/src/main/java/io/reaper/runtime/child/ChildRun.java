package io.reaper.runtime.child;

import io.reaper.linux.event.Deadline;
import io.reaper.linux.event.Poll;
import io.reaper.linux.file.Fd;
import io.reaper.linux.process.Child;
import io.reaper.linux.process.ExitStatus;
import io.reaper.linux.process.Pidfd;
import io.reaper.linux.process.SpawnRequest;
import io.reaper.linux.process.Spawner;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.signal.Signals;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs another program to its end. What it writes goes to sinks, never to the streams of this
 * process, which are the container's.
 *
 * @param path of the program; not looked up in PATH
 * @param argv with argv[0]
 * @param env {@code NAME=value}, the whole environment
 * @param directory its working directory; empty: the caller's
 * @param input what it reads from standard input
 */
public record ChildRun(
        String path, List<String> argv, List<String> env, Optional<Path> directory, String input) {

    private static final int CHUNK = 16 * 1024;

    /** What a pipe holds ({@code pipe(7)}): all that a program which has ended can have left. */
    private static final int PIPE_CAPACITY = 64 * 1024;

    /** How it came to its end; processes that it left in the background are not waited for. */
    public sealed interface End {

        record Exited(ExitStatus status) implements End {}

        /** It was killed when the deadline had passed. */
        record TimedOut() implements End {}

        /** It was killed since the process it was run for had ended. */
        record CutOff() implements End {}
    }

    /** One of its streams, with the end that it writes to. */
    private record Output(Fd reader, Fd writer, Sink sink) implements AutoCloseable {

        static Output to(Sink sink) {
            Fd[] pipe = Fd.pipe(0);
            return new Output(pipe[0], pipe[1], sink);
        }

        /** To be called when poll says so: waits otherwise. */
        int read(byte[] chunk) {
            int count = reader.read(chunk, 0, chunk.length);
            if (count > 0) {
                sink.take(chunk, count);
            }
            return count;
        }

        @Override
        public void close() {
            reader.close();
            writer.close();
        }
    }

    /**
     * Runs it, in a session of its own.
     *
     * @param deadline when it is killed, with its process group
     * @param owner the process it is run for: killed as soon as that has ended
     * @throws LinuxException if it cannot be started
     */
    public End run(Sink out, Sink err, Deadline deadline, Optional<Pidfd> owner) {
        try (Output first = Output.to(out);
                Output second = Output.to(err)) {
            Child child = spawn(first, second);
            try (Pidfd handle = child.pidfd()) {
                first.writer().close();
                second.writer().close();
                return await(handle, List.of(first, second), deadline, owner);
            }
        }
    }

    private Child spawn(Output out, Output err) {
        try (Fd memory = Fd.memory("reaper-input")) {
            memory.write(input.getBytes(StandardCharsets.UTF_8));
            memory.seek(0);
            List<Fd> fds = List.of(memory, out.writer(), err.writer());
            return Spawner.spawn(new SpawnRequest(path, argv, env, fds, directory, true, 0));
        }
    }

    private static End await(
            Pidfd child, List<Output> outputs, Deadline deadline, Optional<Pidfd> owner) {
        Optional<End> cut;
        try {
            cut = follow(child, new ArrayList<>(outputs), deadline, owner);
        } catch (RuntimeException e) {
            kill(child);
            throw e;
        }
        if (cut.isPresent()) {
            kill(child);
            return cut.get();
        }
        return new End.Exited(child.await());
    }

    /** Reads until it has ended, or shall; empty in the first case. Its status is not taken. */
    private static Optional<End> follow(
            Pidfd child, List<Output> open, Deadline deadline, Optional<Pidfd> owner) {
        byte[] chunk = new byte[CHUNK];
        while (true) {
            List<Poll.Entry> entries = new ArrayList<>();
            entries.add(new Poll.Entry(child.fd(), Poll.POLLIN));
            open.forEach(output -> entries.add(new Poll.Entry(output.reader(), Poll.POLLIN)));
            owner.ifPresent(process -> entries.add(new Poll.Entry(process.fd(), Poll.POLLIN)));
            int[] ready = Poll.await(deadline, entries.toArray(Poll.Entry[]::new));
            if (ready[0] != 0) {
                open.forEach(output -> drain(output, chunk));
                return Optional.empty();
            }
            if (owner.isPresent() && ready[ready.length - 1] != 0) {
                return Optional.of(new End.CutOff());
            }
            if (deadline.passed()) { // whatever it writes meanwhile
                return Optional.of(new End.TimedOut());
            }
            for (int i = open.size() - 1; i >= 0; i--) {
                if (ready[i + 1] != 0 && open.get(i).read(chunk) == 0) {
                    open.remove(i);
                }
            }
        }
    }

    /** What is there by now: a background process that it left may keep the stream for ever. */
    private static void drain(Output output, byte[] chunk) {
        Poll.Entry entry = new Poll.Entry(output.reader(), Poll.POLLIN);
        int count = 1;
        for (int left = PIPE_CAPACITY; left > 0 && count > 0; left -= count) {
            // deadline: already passed, this looks and does not wait
            boolean readable = Poll.await(Deadline.after(Duration.ZERO), entry)[0] != 0;
            count = readable ? output.read(chunk) : 0;
        }
    }

    /** With its process group: until its status is taken nobody else can have that number. */
    private static void kill(Pidfd child) {
        Syscalls.get().kill(-child.pid(), Signals.SIGKILL);
        child.await();
    }
}
