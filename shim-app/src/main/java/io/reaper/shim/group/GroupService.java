package io.reaper.shim.group;

import com.google.protobuf.Empty;
import com.google.protobuf.MessageLite;
import io.grpc.Status.Code;
import io.reaper.contract.ContainerId;
import io.reaper.contract.InvalidIdException;
import io.reaper.proto.group.DiscardRequest;
import io.reaper.proto.group.ExpectRequest;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.ttrpc.Call;
import io.reaper.shim.ttrpc.TtrpcException;
import io.reaper.shim.ttrpc.TtrpcService;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What {@code start} and {@code delete} tell the daemon that they have found (group.proto). */
public final class GroupService implements TtrpcService {

    static final String NAME = "io.reaper.shim.v1.Group";
    static final String EXPECT = "Expect";
    static final String DISCARD = "Discard";

    private final Expected expected;
    private final Discard discard;

    /** Ends a container of a bundle, if there is such a one; returns when it is gone. */
    @FunctionalInterface
    public interface Discard {
        void run(ContainerId id, String bundle);
    }

    public GroupService(Expected expected, Discard discard) {
        this.expected = expected;
        this.discard = discard;
    }

    @Override
    public Set<String> names() {
        return Set.of(NAME);
    }

    @Override
    public CompletionStage<? extends MessageLite> call(Call call) {
        switch (call.method()) {
            case EXPECT -> expected.expect(id(call.request(ExpectRequest.parser()).getId()));
            case DISCARD -> discard(call.request(DiscardRequest.parser()));
            default -> throw call.unimplemented();
        }
        return CompletableFuture.completedStage(Empty.getDefaultInstance());
    }

    private void discard(DiscardRequest request) {
        ContainerId id = id(request.getId());
        expected.forget(id.value());
        try {
            discard.run(id, request.getBundle());
        } catch (ShimException e) {
            throw new TtrpcException(e.code(), Code.FAILED_PRECONDITION, e.getMessage(), e);
        }
    }

    private static ContainerId id(String value) {
        try {
            return ContainerId.of(value);
        } catch (InvalidIdException e) {
            throw new TtrpcException(e.code(), Code.INVALID_ARGUMENT, e.getMessage(), e);
        }
    }
}
