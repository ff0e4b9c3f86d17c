package io.reaper.shim.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.reaper.linux.ProcessInfo;
import io.reaper.proto.task.CreateTaskRequest;
import io.reaper.proto.task.CreateTaskResponse;
import io.reaper.proto.task.DeleteRequest;
import io.reaper.proto.task.KillRequest;
import io.reaper.proto.task.ShutdownRequest;
import io.reaper.proto.task.StartRequest;
import io.reaper.proto.task.StateRequest;
import io.reaper.proto.task.WaitRequest;
import io.reaper.proto.task.WaitResponse;
import io.reaper.shim.program.ShimProgram.Client;
import io.reaper.shim.ttrpc.Code;
import io.reaper.shim.ttrpc.TtrpcException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;

/** The steps of a container's life, as containerd asks for them. */
final class Calls {

    private Calls() {}

    static int createAndStart(Client client, String id, Path bundle) throws Exception {
        CreateTaskRequest create =
                CreateTaskRequest.newBuilder().setId(id).setBundle(bundle.toString()).build();
        CreateTaskResponse created = CreateTaskResponse.parseFrom(client.call("Create", create));
        client.call("Start", StartRequest.newBuilder().setId(id).build());
        return created.getPid();
    }

    static void kill(Client client, String id) throws Exception {
        client.call("Kill", KillRequest.newBuilder().setId(id).setSignal(9).build());
        exit(client, id);
    }

    static int exit(Client client, String id) throws Exception {
        WaitRequest request = WaitRequest.newBuilder().setId(id).build();
        return WaitResponse.parseFrom(client.call("Wait", request)).getExitStatus();
    }

    static void delete(Client client, String id) throws Exception {
        client.call("Delete", DeleteRequest.newBuilder().setId(id).build());
    }

    static void shutdown(Client client, String id) throws Exception {
        client.call("Shutdown", ShutdownRequest.newBuilder().setId(id).build());
    }

    /** Whether the daemon has the container. */
    static boolean knows(Client client, String id) {
        try {
            client.call("State", StateRequest.newBuilder().setId(id).build());
            return true;
        } catch (ExecutionException e) {
            assertEquals(Code.NOT_FOUND, ((TtrpcException) e.getCause()).code());
            return false;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static boolean lives(int pid) {
        return ProcessInfo.of(pid).filter(p -> !p.isZombie()).isPresent();
    }
}
