package io.reaper.shim.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.linux.process.ProcessInfo;
import io.reaper.proto.task.ConnectRequest;
import io.reaper.proto.task.ConnectResponse;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.proto.task.CreateTaskResponse;
import io.reaper.proto.task.DeleteRequest;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.proto.task.KillRequest;
import io.reaper.proto.task.ShutdownRequest;
import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.StateRequest;
import io.reaper.proto.task.WaitRequest;
import io.reaper.proto.task.WaitResponse;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.ttrpc.TtrpcException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;

/** The steps of a container's life, as containerd asks for them. */
final class Calls {

    private Calls() {}

    static CreateTaskRequest creation(String id, Path bundle) {
        return CreateTaskRequest.newBuilder().setId(id).setBundle(bundle.toString()).build();
    }

    static int newContainer(Client client, CreateTaskRequest request) throws Exception {
        return CreateTaskResponse.parseFrom(client.call("Create", request)).getPid();
    }

    static int newContainer(Client client, String id, Path bundle) throws Exception {
        return newContainer(client, creation(id, bundle));
    }

    static void start(Client client, String id) throws Exception {
        client.call("Start", StartRequest.newBuilder().setId(id).build());
    }

    static int createAndStart(Client client, String id, Path bundle) throws Exception {
        int pid = newContainer(client, id, bundle);
        start(client, id);
        return pid;
    }

    static void signal(Client client, String id, int signal) throws Exception {
        client.call("Kill", KillRequest.newBuilder().setId(id).setSignal(signal).build());
    }

    /** Returns when it has ended. */
    static void kill(Client client, String id) throws Exception {
        signal(client, id, 9);
        exit(client, id);
    }

    static int exit(Client client, String id) throws Exception {
        return end(client, id).getExitStatus();
    }

    static WaitResponse end(Client client, String id) throws Exception {
        return WaitResponse.parseFrom(client.call("Wait", waiting(id)));
    }

    static WaitRequest waiting(String id) {
        return WaitRequest.newBuilder().setId(id).build();
    }

    static DeleteResponse delete(Client client, String id) throws Exception {
        DeleteRequest request = DeleteRequest.newBuilder().setId(id).build();
        return DeleteResponse.parseFrom(client.call("Delete", request));
    }

    static void shutdown(Client client, String id) throws Exception {
        client.call("Shutdown", ShutdownRequest.newBuilder().setId(id).build());
    }

    /** The daemon's answer to what it must refuse. */
    static TtrpcException refusal(Client client, String method, MessageLite request) {
        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> client.call(method, request));
        return (TtrpcException) failure.getCause();
    }

    /** Whether the daemon has the container. */
    static boolean knows(Client client, String id) {
        try {
            client.call("State", StateRequest.newBuilder().setId(id).build());
            return true;
        } catch (ExecutionException e) {
            assertEquals(Code.NOT_FOUND, ((TtrpcException) e.getCause()).status());
            return false;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** As the daemon knows it; 0 while there is none. */
    static int initPid(Client client, String id) {
        try {
            ConnectRequest request = ConnectRequest.newBuilder().setId(id).build();
            return ConnectResponse.parseFrom(client.call("Connect", request)).getTaskPid();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static boolean lives(int pid) {
        return ProcessInfo.of(pid).filter(p -> !p.isZombie()).isPresent();
    }
}
