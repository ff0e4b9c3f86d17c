package io.reaper.contract;

/** What {@code REAPER_ISOLATION} may say. */
public enum Isolation {
    /** The program runs on the node itself; namespaces and rootfs are not applied. */
    HOST
}
