package io.reaper.linux.mount;

/** Flags of {@code mount(2)}, for what the calls of descriptors leave to it. */
public final class MountFlags {

    public static final long RDONLY = 0x1;
    public static final long SYNCHRONOUS = 0x10;
    public static final long REMOUNT = 0x20;
    public static final long MANDLOCK = 0x40;
    public static final long DIRSYNC = 0x80;
    public static final long NOSYMFOLLOW = 0x100;
    public static final long NOATIME = 0x400;
    public static final long NODIRATIME = 0x800;
    public static final long BIND = 0x1000;
    public static final long REC = 0x4000;
    public static final long SILENT = 0x8000;
    public static final long RELATIME = 0x200000;
    public static final long I_VERSION = 0x800000;
    public static final long STRICTATIME = 0x1000000;
    public static final long LAZYTIME = 0x2000000;

    private MountFlags() {}
}
