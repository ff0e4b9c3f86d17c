package io.reaper.shim.input;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.reaper.proto.bootstrap.BootstrapParams;
import io.reaper.proto.bootstrap.Extension;
import io.reaper.shim.options.RuntimeOptions;
import java.util.Optional;

/**
 * What stdin of {@code start} held: {@code BootstrapParams} since containerd 2.3, before that the
 * runtime's options as an {@code Any}, or nothing.
 *
 * @param options of the runtime; kept by their type, never read as another runtime's
 */
public record BootstrapInput(
        Optional<Any> options,
        Optional<String> socketDirectory,
        Optional<String> grpcAddress,
        Optional<String> ttrpcAddress,
        boolean debug) {

    static final BootstrapInput NONE =
            new BootstrapInput(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

    /**
     * An {@code Any} has the same shape as the first two fields of {@code BootstrapParams}: only
     * one that names the very container of the flags is taken for these (containerd pkg/shim,
     * compat.go). Bytes that are neither are no input.
     */
    public static BootstrapInput parse(byte[] bytes, String id, String namespace) {
        if (bytes.length == 0) {
            return NONE;
        }
        try {
            BootstrapParams params = BootstrapParams.parseFrom(bytes);
            if (params.getInstanceId().equals(id) && params.getNamespace().equals(namespace)) {
                return of(params);
            }
        } catch (InvalidProtocolBufferException e) {
            return withOptions(options(bytes)); // no BootstrapParams: an older containerd
        }
        return withOptions(options(bytes));
    }

    /** Bytes that are an {@code Any} with a type. */
    public static Optional<Any> options(byte[] bytes) {
        try {
            return Optional.of(Any.parseFrom(bytes)).filter(any -> !any.getTypeUrl().isEmpty());
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    private static BootstrapInput withOptions(Optional<Any> options) {
        return new BootstrapInput(
                options, Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    private static BootstrapInput of(BootstrapParams params) {
        Optional<Any> options =
                params.getExtensionsList().stream()
                        .map(Extension::getValue)
                        .filter(RuntimeOptions::are) // there may be others, in any order
                        .findFirst();
        return new BootstrapInput(
                options,
                present(params.getSocketDir()),
                present(params.getContainerdGrpcAddress()),
                present(params.getContainerdTtrpcAddress()),
                params.getLogLevelValue() < 0);
    }

    private static Optional<String> present(String value) {
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }
}
