package io.reaper.linux.mount;

/**
 * What becomes of mounts below a mount: whether others see them, and it those of others ({@code
 * mount_namespaces(7)}).
 */
public enum Propagation {
    UNBINDABLE(0x20000),
    PRIVATE(0x40000),
    SLAVE(0x80000),
    SHARED(0x100000);

    private final int flag;

    Propagation(int flag) {
        this.flag = flag;
    }

    /** Of {@code mount(2)} and {@code mount_setattr(2)}. */
    int flag() {
        return flag;
    }
}
