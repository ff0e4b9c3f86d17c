package io.reaper.shim.program;

import static io.reaper.shim.program.Calls.createAndStart;
import static io.reaper.shim.program.Calls.delete;
import static io.reaper.shim.program.Calls.exit;
import static io.reaper.shim.program.Calls.kill;
import static io.reaper.shim.program.Calls.knows;
import static io.reaper.shim.program.Calls.lives;
import static io.reaper.shim.program.Calls.shutdown;
import static io.reaper.shim.program.ShimProgram.assertEmpty;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.contract.ErrorCode;
import io.reaper.proto.task.ConnectResponse;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.program.ShimProgram.Result;
import io.reaper.shim.ttrpc.Call;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.TtrpcService;
import io.reaper.shim.ttrpc.server.TtrpcServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** One daemon for all containers of a group, as for a pod: the installed programs. */
class GroupKernelTest extends ShimKernelTest {

    private static final String GROUP = "io.containerd.runc.v2.group";
    private static final String SANDBOX = "io.kubernetes.cri.sandbox-id";
    private static final String SLEEPS = "exec sleep 1000";

    private final String pod = id;
    private final String first = pod + "-1";
    private final String second = pod + "-2";

    private Path bundle(String container, String script) {
        return shim.bundle(container, script, SANDBOX, pod);
    }

    private Path bundle(String container) {
        return bundle(container, SLEEPS);
    }

    /** Sandbox, three containers in it, and each one's delete after its Delete. */
    @Test
    void aPodHasOneDaemon() throws Exception {
        Path sandbox = bundle(pod);
        Client client = shim.startDaemon(pod, sandbox);
        final int pause = createAndStart(client, pod, sandbox);
        List<Client> connections = new ArrayList<>();
        List<String> ids = List.of(pod + "-a", pod + "-b", pod + "-c");
        for (String id : ids) {
            Path bundle = bundle(id, "exit " + ids.indexOf(id));
            Client own = shim.startDaemon(id, bundle);
            assertEquals(client.address, own.address);
            assertEquals(client.address, Files.readString(bundle.resolve("address")));
            assertEquals(client.pid, own.pid);
            createAndStart(own, id, bundle);
            connections.add(own);
        }
        assertTrue(
                ShimProgram.commandLine(client.pid).contains(" -id " + pod + " "),
                "it is the group's");
        for (String id : ids) {
            Client own = connections.get(ids.indexOf(id));
            assertEquals(ids.indexOf(id), exit(own, id));
            delete(own, id);
            shutdown(own, id);
            own.disconnect();
            Path bundle = directory.resolve("bundles").resolve(id);
            Result result = shim.delete(id, bundle);
            assertEquals(0, result.status(), result.stderr());
            DeleteResponse end = DeleteResponse.parseFrom(result.stdout());
            assertEquals(ids.indexOf(id), end.getExitStatus());
            assertTrue(lives(pause) && client.lives() && Files.exists(client.socket()));
        }
        kill(client, pod);
        delete(client, pod);
        shutdown(client, pod);
        client.awaitEnd();
        assertEmpty(shim.sockets);
        assertEmpty(directory.resolve("run"));
    }

    @Test
    void theGroupOfPlainContainersComesBeforeTheSandbox() throws Exception {
        Path one = shim.bundle(first, SLEEPS, GROUP, pod);
        Path two = shim.bundle(second, SLEEPS, GROUP + "\":\"" + pod + "\",\"" + SANDBOX, "other");
        Client client = shim.startDaemon(first, one);
        assertEquals(client.pid, shim.startDaemon(second, two).pid);
    }

    @Test
    void startsAtOnceShareADaemon() throws Exception {
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String id = pod + "-" + i;
            starts.add(shim.launch(bundle(id), shim.bootstrap(id), shim.start(id)));
        }
        Set<String> addresses = new HashSet<>();
        for (Process start : starts) {
            Result result = ShimProgram.finish(start);
            assertEquals(0, result.status(), result.stderr());
            addresses.add(result.text());
        }
        assertEquals(1, addresses.size(), addresses.toString());
        Client client = shim.connect(addresses.iterator().next());
        for (int i = 0; i < 5; i++) {
            Path bundle = directory.resolve("bundles").resolve(pod + "-" + i);
            assertEquals(client.address, Files.readString(bundle.resolve("address")));
        }
        assertEquals(1, ShimProgram.running("-socket " + client.socket()).size());
    }

    @Test
    void anAnnotationThatIsNoIdIsNamed() throws Exception {
        Path bundle = shim.bundle(first, SLEEPS, SANDBOX, "../../x");
        Result result = shim.run(bundle, shim.bootstrap(first), shim.start(first));
        assertNotEquals(0, result.status());
        assertEquals(1, result.stderr().lines().count(), result.stderr());
        assertTrue(result.stderr().contains("annotation " + SANDBOX), result.stderr());
        assertEmpty(shim.sockets);
    }

    /** Shutdown and desertion after a start has joined, before its Create: the daemon stays. */
    @Test
    void whoHasJoinedIsWaitedFor() throws Exception {
        Path one = bundle(first);
        Path two = bundle(second);
        Client client = shim.startDaemon(first, one);
        createAndStart(client, first, one);
        kill(client, first);
        delete(client, first);
        Result joined = shim.run(two, shim.bootstrap(second), shim.start(second));
        assertEquals(client.address, joined.text());
        shutdown(client, first);
        client.disconnect();
        Client own = shim.connect(joined.text());
        assertEquals(client.pid, own.pid);
        createAndStart(own, second, two);
        kill(own, second);
        delete(own, second);
        shutdown(own, second);
        own.awaitEnd();
        assertEmpty(shim.sockets);
    }

    /** Also the first one, of which a second start knows only that it has a daemon. */
    @Test
    void theContainerOfTheFirstStartIsWaitedFor() throws Exception {
        Path one = bundle(first);
        Path two = bundle(second);
        Result started = shim.run(one, shim.bootstrap(first), shim.start(first));
        Client own = shim.startDaemon(second, two);
        createAndStart(own, second, two);
        kill(own, second);
        delete(own, second);
        shutdown(own, second);
        own.disconnect();
        Client client = shim.connect(started.text());
        assertEquals(own.pid, client.pid);
        createAndStart(client, first, one);
    }

    /** A start and the end of the last container at the same moment: whoever wins, both work. */
    @Test
    void startMeetsShutdown() throws Exception {
        Path one = bundle(first);
        for (int i = 0; i < 5; i++) {
            String id = second + "-" + i;
            Path two = bundle(id, "exit 3");
            Client client = shim.startDaemon(first, one);
            createAndStart(client, first, one);
            kill(client, first);
            delete(client, first);
            Process start = shim.launch(two, shim.bootstrap(id), shim.start(id));
            shutdown(client, first);
            client.disconnect();
            Result result = ShimProgram.finish(start);
            assertEquals(0, result.status(), result.stderr());
            Client own = shim.connect(result.text());
            createAndStart(own, id, two);
            assertEquals(3, exit(own, id));
            delete(own, id);
            shutdown(own, id);
            own.awaitEnd();
            client.awaitEnd();
        }
        assertEmpty(shim.sockets);
    }

    /** containerd 2.0.0 to 2.0.5: no start for the pod's containers, and no Shutdown after them. */
    @Test
    void containersWithoutAStartAreServedAndTheLastEndsTheDaemon() throws Exception {
        Path sandbox = bundle(pod);
        Client client = shim.startDaemon(pod, sandbox);
        createAndStart(client, pod, sandbox);
        Client one = shim.connect(client.address);
        Client two = shim.connect(client.address);
        createAndStart(one, first, bundle(first));
        createAndStart(two, second, bundle(second));
        Path bundles = directory.resolve("bundles");
        assertEquals(client.address, Files.readString(bundles.resolve(first).resolve("address")));
        assertEquals(client.address, Files.readString(bundles.resolve(second).resolve("address")));
        kill(client, pod);
        delete(client, pod);
        shutdown(client, pod);
        client.disconnect();
        kill(one, first);
        delete(one, first);
        one.disconnect();
        assertTrue(client.lives() && knows(two, second));
        kill(two, second);
        delete(two, second);
        two.disconnect();
        client.awaitEnd();
        assertEmpty(shim.sockets);
    }

    /** One of a version that knows no groups is simply joined. */
    @Test
    void anEarlierDaemonIsJoined() throws Exception {
        Path one = bundle(first);
        Client client = shim.startDaemon(first, one);
        shutdown(client, first);
        client.disconnect();
        assertEquals(0, shim.delete(first, one).status());
        client.awaitEnd();
        TtrpcServer earlier = shim.serve(client.socket(), new TasksAlone());
        Path two = bundle(second);
        Result joined = shim.run(two, shim.bootstrap(second), shim.start(second));
        assertEquals(0, joined.status(), joined.stderr());
        assertEquals(client.address, joined.text());
        Result deleted = shim.delete(second, two);
        assertEquals(0, deleted.status(), deleted.stderr());
        assertTrue(Files.exists(client.socket()));
        ShimProgram.await(earlier.close());
    }

    /** The Task service of a daemon without containers, and no other. */
    private static final class TasksAlone implements TtrpcService {
        @Override
        public Set<String> names() {
            return Set.of("containerd.task.v2.Task");
        }

        @Override
        public CompletionStage<? extends MessageLite> call(Call call) {
            if (call.method().equals("Connect")) {
                return CompletableFuture.completedStage(ConnectResponse.getDefaultInstance());
            }
            throw new TtrpcException(ErrorCode.E_CALL_REFUSED, Code.NOT_FOUND, "no such container");
        }
    }
}
