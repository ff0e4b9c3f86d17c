package io.reaper.linux.seam;

import java.nio.charset.StandardCharsets;

/** Mounts and namespaces. */
abstract class LinuxMountSyscalls extends LinuxDescriptorSyscalls {

    private static final int MOUNT_ATTR_SIZE = 32;

    @Override
    public long mount(String source, String target, String type, long flags, String data) {
        try (Memory s = nullable(source);
                Memory t = Memory.string(target);
                Memory y = nullable(type);
                Memory d = nullable(data)) {
            return block(
                    SyscallNumber.MOUNT, address(s), t.address(), address(y), flags, address(d));
        }
    }

    @Override
    public long umount2(String target, int flags) {
        try (Memory t = Memory.string(target)) {
            return block(SyscallNumber.UMOUNT2, t.address(), flags, 0, 0, 0);
        }
    }

    @Override
    public long pivotRoot(String newRoot, String putOld) {
        try (Memory n = Memory.string(newRoot);
                Memory p = Memory.string(putOld)) {
            return block(SyscallNumber.PIVOT_ROOT, n.address(), p.address(), 0, 0, 0);
        }
    }

    @Override
    public long openTree(int dirfd, String path, int flags) {
        try (Memory p = Memory.string(path)) {
            return block(SyscallNumber.OPEN_TREE, dirfd, p.address(), flags, 0, 0);
        }
    }

    @Override
    public long moveMount(int fromDirfd, String from, int toDirfd, String to, int flags) {
        try (Memory f = Memory.string(from);
                Memory t = Memory.string(to)) {
            return block(
                    SyscallNumber.MOVE_MOUNT, fromDirfd, f.address(), toDirfd, t.address(), flags);
        }
    }

    @Override
    public long fsopen(String type, int flags) {
        try (Memory t = Memory.string(type)) {
            return block(SyscallNumber.FSOPEN, t.address(), flags, 0, 0, 0);
        }
    }

    @Override
    public long fsconfig(int fd, int command, String key, String value, int aux) {
        try (Memory k = nullable(key);
                Memory v = nullable(value)) {
            return block(SyscallNumber.FSCONFIG, fd, command, address(k), address(v), aux);
        }
    }

    @Override
    public long fsmount(int fd, int flags, int attributes) {
        return block(SyscallNumber.FSMOUNT, fd, flags, attributes, 0, 0);
    }

    @Override
    public long mountSetattr(int dirfd, String path, int flags, Memory attributes) {
        try (Memory p = Memory.string(path)) {
            return tried(
                    SyscallNumber.MOUNT_SETATTR,
                    dirfd,
                    p.address(),
                    flags,
                    attributes.address(),
                    MOUNT_ATTR_SIZE);
        }
    }

    @Override
    public long unshare(int flags) {
        return block(SyscallNumber.UNSHARE, flags, 0, 0, 0, 0);
    }

    @Override
    public long setns(int fd, int types) {
        return block(SyscallNumber.SETNS, fd, types, 0, 0, 0);
    }

    @Override
    public long sethostname(String name) {
        try (Memory n = Memory.string(name)) {
            return call(SyscallNumber.SETHOSTNAME, n.address(), length(name), 0, 0, 0);
        }
    }

    @Override
    public long setdomainname(String name) {
        try (Memory n = Memory.string(name)) {
            return call(SyscallNumber.SETDOMAINNAME, n.address(), length(name), 0, 0, 0);
        }
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    static Memory nullable(String text) {
        return text == null ? null : Memory.string(text);
    }

    static long address(Memory memory) {
        return memory == null ? 0 : memory.address();
    }
}
