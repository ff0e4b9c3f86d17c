package io.reaper.k8s.cri;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.reaper.k8s.PodException;
import io.reaper.k8s.api.Empty;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A client of runtime.v1 on a Unix socket, with a method descriptor for each call instead of
 * generated stubs.
 */
final class CriClient implements AutoCloseable {
    /** The kubelet's limit of nearly all calls (runtimeRequestTimeout). */
    static final Duration DEADLINE = Duration.ofMinutes(2);

    private static final int LARGEST_MESSAGE = 16 << 20;

    private final EventLoopGroup loop = new EpollEventLoopGroup(1);
    private final ManagedChannel channel;

    CriClient(Path socket) {
        channel =
                NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                        .eventLoopGroup(loop)
                        .channelType(EpollDomainSocketChannel.class)
                        .overrideAuthority("localhost")
                        .maxInboundMessageSize(LARGEST_MESSAGE)
                        .usePlaintext()
                        .build();
    }

    /** Calls a method of RuntimeService; the answer is of the example's type. */
    <A extends Message> A call(String method, Message request, A example) {
        return call("RuntimeService/" + method, request, example, DEADLINE);
    }

    /** The same for a method that answers nothing. */
    void call(String method, Message request) {
        Empty unused = call(method, request, Empty.getDefaultInstance());
    }

    /**
     * Calls a method, named with its service.
     *
     * @throws PodException with the other side's words
     */
    <A extends Message> A call(String method, Message request, A example, Duration deadline) {
        MethodDescriptor<Message, A> descriptor =
                MethodDescriptor.<Message, A>newBuilder()
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName("runtime.v1." + method)
                        .setRequestMarshaller(
                                ProtoUtils.marshaller(request.getDefaultInstanceForType()))
                        .setResponseMarshaller(ProtoUtils.marshaller(example))
                        .build();
        CallOptions options =
                CallOptions.DEFAULT.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
        try {
            return ClientCalls.blockingUnaryCall(channel, descriptor, options, request);
        } catch (StatusRuntimeException e) {
            throw new PodException(method + ": " + e.getMessage(), e);
        }
    }

    /** Connects at once, without waiting longer after what has failed before. */
    void reconnect() {
        channel.resetConnectBackoff();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
