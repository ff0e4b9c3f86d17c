package io.reaper.shim.bench;

import io.reaper.linux.file.Fd;
import io.reaper.linux.file.LinuxFiles;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.proto.task.ConnectRequest;
import io.reaper.proto.task.ConnectResponse;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.proto.task.CreateTaskResponse;
import io.reaper.proto.task.DeleteRequest;
import io.reaper.proto.task.ShutdownRequest;
import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.WaitRequest;
import io.reaper.proto.task.WaitResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A shim that was started as containerd starts it, but by us: its requests and events are timed
 * without containerd between.
 */
final class DirectShim implements AutoCloseable {
    static final List<String> PROGRAM = List.of("/bin/busybox", "sleep", "10000");

    private final Setup setup;
    private final ShimPeer shim;
    private final Path directory;
    private final EventSink events;
    private final TtrpcSocket socket;
    private final int pid;

    DirectShim(Setup setup, ShimPeer shim) throws IOException {
        this.setup = setup;
        this.shim = shim;
        directory = Files.createDirectories(Setup.inMemory("direct-" + shim));
        events = new EventSink(directory.resolve("events"));
        String id = setup.tag() + "-direct-" + shim;
        Path bundle = bundle(id);
        keepLog(bundle);
        Map<String, String> environment = new HashMap<>(setup.environment());
        environment.put("TTRPC_ADDRESS", events.socket().toString());
        String address =
                new Commands(directory.resolve("start.log"), environment)
                        .capture(
                                List.of(
                                        setup.programs().resolve(shim.program()).toString(),
                                        "-namespace",
                                        setup.tag(),
                                        "-address",
                                        directory.resolve("none").toString(),
                                        "-publish-binary",
                                        "/bin/false",
                                        "-id",
                                        id,
                                        "start"),
                                bundle);
        socket = TtrpcSocket.connect(address);
        pid =
                ConnectResponse.parseFrom(
                                socket.call(
                                        "Connect", ConnectRequest.newBuilder().setId(id).build()))
                        .getShimPid();
    }

    /** The daemon. */
    int pid() {
        return pid;
    }

    TtrpcSocket socket() {
        return socket;
    }

    EventSink events() {
        return events;
    }

    /** A bundle with the fewest namespaces. */
    private Path bundle(String id) throws IOException {
        return bundle(id, BundleKind.LEAST, PROGRAM, false);
    }

    private Path bundle(String id, BundleKind kind, List<String> command, boolean terminal)
            throws IOException {
        Path bundle = directory.resolve(id);
        kind.write(setup, bundle, "/" + setup.tag() + "/" + id, command, terminal);
        return bundle;
    }

    /** containerd holds the FIFO by which a shim logs; runc's does not start without it. */
    private void keepLog(Path bundle) {
        Path fifo = bundle.resolve("log");
        LinuxFiles.mkfifo(fifo, 0700);
        Fd log = Fd.open(fifo, OpenFlags.O_RDWR);
        Path copy = setup.directory().resolve("direct-" + shim + ".log");
        Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            byte[] bytes = new byte[4096];
                            try (var out = Files.newOutputStream(copy)) {
                                while (true) {
                                    out.write(bytes, 0, log.read(bytes, 0, bytes.length));
                                }
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        });
    }

    /** Creates and starts a container; its init process's pid. */
    int startContainer(String id) throws IOException {
        int init = create(id, bundle(id), Streams.NONE);
        start(id);
        return init;
    }

    /**
     * The standard streams of a container's program, as the client names them.
     *
     * @param stdin path of a FIFO; empty for none
     * @param stdout as well, and stderr
     */
    record Streams(String stdin, String stdout, String stderr, boolean terminal) {
        static final Streams NONE = new Streams("", "", "", false);
    }

    /** Creates a container that waits for {@link #start}. */
    void createContainer(String id, BundleKind kind, List<String> command, Streams streams)
            throws IOException {
        create(id, bundle(id, kind, command, streams.terminal()), streams);
    }

    private int create(String id, Path bundle, Streams streams) throws IOException {
        CreateTaskRequest create =
                CreateTaskRequest.newBuilder()
                        .setId(id)
                        .setBundle(bundle.toString())
                        .setStdin(streams.stdin())
                        .setStdout(streams.stdout())
                        .setStderr(streams.stderr())
                        .setTerminal(streams.terminal())
                        .build();
        return CreateTaskResponse.parseFrom(socket.call("Create", create)).getPid();
    }

    void start(String id) throws IOException {
        socket.call("Start", StartRequest.newBuilder().setId(id).build());
    }

    /** Waits for the end of a container's program, which must say that all went well. */
    void awaitEnd(String id) throws IOException {
        int status =
                WaitResponse.parseFrom(
                                socket.call("Wait", WaitRequest.newBuilder().setId(id).build()))
                        .getExitStatus();
        if (status != 0) {
            throw new IllegalStateException(id + " ended with " + status + " under " + shim);
        }
    }

    void delete(String id) throws IOException {
        socket.call("Delete", DeleteRequest.newBuilder().setId(id).build());
    }

    /** Asks the daemon to end; its containers are deleted. */
    @Override
    public void close() throws IOException {
        socket.send("Shutdown", ShutdownRequest.newBuilder().setId(setup.tag()).build());
        Processes.await("the end of " + shim, () -> !Processes.daemons(shim).contains(pid));
        socket.close();
        events.close();
    }
}
