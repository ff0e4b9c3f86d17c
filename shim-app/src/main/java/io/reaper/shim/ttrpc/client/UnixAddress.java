package io.reaper.shim.ttrpc.client;

import io.grpc.Status.Code;
import io.reaper.contract.ErrorCode;
import io.reaper.shim.ttrpc.TtrpcException;
import java.nio.file.Path;

/** The address of a Unix socket as containerd gives it. */
final class UnixAddress {
    private static final String SCHEME = "unix://";

    private UnixAddress() {}

    /**
     * @throws TtrpcException unless it is an absolute path, plain or behind {@code unix://}
     */
    static Path parse(String address) {
        String path = address.startsWith(SCHEME) ? address.substring(SCHEME.length()) : address;
        if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw new TtrpcException(
                    ErrorCode.E_SETTING_INVALID,
                    Code.INVALID_ARGUMENT,
                    "TTRPC address \""
                            + address
                            + "\" is no absolute path of a Unix socket: containerd sets"
                            + " TTRPC_ADDRESS");
        }
        return Path.of(path);
    }
}
