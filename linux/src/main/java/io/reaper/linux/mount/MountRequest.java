package io.reaper.linux.mount;

import java.util.List;

/**
 * A mount as containerd and OCI name it.
 *
 * @param type filesystem; "bind" or an option "bind"/"rbind" makes a bind mount
 * @param source device, directory or name
 * @param target absolute path that exists
 * @param options as in {@code fstab(5)}; what is no flag goes to the filesystem
 */
public record MountRequest(String type, String source, String target, List<String> options) {

    public MountRequest {
        options = List.copyOf(options);
    }
}
