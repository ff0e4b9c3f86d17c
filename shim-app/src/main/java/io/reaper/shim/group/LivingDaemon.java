package io.reaper.shim.group;

import io.reaper.contract.ContainerId;
import io.reaper.linux.event.Deadline;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.proto.group.DiscardRequest;
import io.reaper.proto.group.ExpectRequest;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.client.BlockingClient;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A connection of {@code start} or {@code delete} to a group's daemon. Calls that the daemon
 * refuses, or that are lost with it (UNAVAILABLE), throw {@link TtrpcException}.
 */
public final class LivingDaemon implements AutoCloseable {

    private final BlockingClient client;

    private LivingDaemon(BlockingClient client) {
        this.client = client;
    }

    /** Empty if nobody listens there. */
    public static Optional<LivingDaemon> connect(Path socket) {
        try {
            return Optional.of(new LivingDaemon(BlockingClient.connect(socket)));
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ECONNREFUSED)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Makes the daemon stay until the container's Create has come.
     *
     * @throws TtrpcException UNIMPLEMENTED by a daemon of before this service
     */
    public void expect(ContainerId id, Deadline deadline) {
        ExpectRequest request = ExpectRequest.newBuilder().setId(id.value()).build();
        client.call(GroupService.NAME, GroupService.EXPECT, request, deadline);
    }

    /**
     * Ends what the daemon has of a container that was made from that bundle, and takes back what
     * {@link #expect} has said.
     *
     * @throws TtrpcException UNIMPLEMENTED by a daemon of before this service; DEADLINE_EXCEEDED if
     *     it has not done so in time: it goes on
     */
    public void discard(ContainerId id, Path bundle, Deadline deadline) {
        DiscardRequest request =
                DiscardRequest.newBuilder().setId(id.value()).setBundle(bundle + "").build();
        client.call(GroupService.NAME, GroupService.DISCARD, request, deadline);
    }

    @Override
    public void close() {
        client.close();
    }
}
