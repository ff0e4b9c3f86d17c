package io.reaper.shim.ttrpc.client;

import java.nio.file.Path;

/** The address of a Unix socket as containerd gives it. */
final class UnixAddress {
    private static final String SCHEME = "unix://";

    private UnixAddress() {}

    /**
     * @throws IllegalArgumentException unless it is an absolute path, plain or behind {@code
     *     unix://}
     */
    static Path parse(String address) {
        String path = address.startsWith(SCHEME) ? address.substring(SCHEME.length()) : address;
        if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "TTRPC address \""
                            + address
                            + "\" is no absolute path of a Unix socket: containerd sets"
                            + " TTRPC_ADDRESS");
        }
        return Path.of(path);
    }
}
