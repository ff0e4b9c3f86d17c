package io.reaper.runtime.init.step;

import io.reaper.linux.file.Fd;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.linux.seam.Memory;
import io.reaper.linux.seam.OpenFlags;
import io.reaper.linux.seam.Syscalls;
import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.namespace.SysctlKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Parameters of the kernel that belong to the container's namespaces ({@code proc_sys(5)}). Through
 * the procfs that was opened before anything of the container was there, and following no link: a
 * write that lands elsewhere can be the host's end (CVE-2025-52881).
 */
public record WriteSysctls(List<Entry> entries) implements InitStep {

    static final int NUMBER = 23;

    private static final int RESOLVE_NO_MAGICLINKS = 0x02;
    private static final int RESOLVE_NO_SYMLINKS = 0x04;
    private static final int RESOLVE_BENEATH = 0x08;
    private static final long RESOLVE =
            RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH;

    /**
     * One of them.
     *
     * @param key as configured, for errors
     * @param path below {@code /proc/sys}
     */
    public record Entry(String key, String path, String value) {}

    public WriteSysctls {
        entries = List.copyOf(entries);
    }

    /** {@code linux.sysctl}, which create has checked. */
    public static Optional<WriteSysctls> of(IsolationSpec spec) {
        if (spec.sysctl().isEmpty()) {
            return Optional.empty();
        }
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, String> entry : spec.sysctl().entrySet()) {
            String key = entry.getKey();
            entries.add(new Entry(key, SysctlKey.of(key).path(), entry.getValue()));
        }
        return Optional.of(new WriteSysctls(entries));
    }

    static WriteSysctls read(PlanInput in) {
        List<Entry> entries = new ArrayList<>();
        for (int count = in.count(); count > 0; count--) {
            entries.add(new Entry(in.text(), in.text(), in.text()));
        }
        return new WriteSysctls(entries);
    }

    @Override
    public void write(PlanOutput out) {
        out.octet(NUMBER);
        out.int32(entries.size());
        for (Entry entry : entries) {
            out.text(entry.key());
            out.text(entry.path());
            out.text(entry.value());
        }
    }

    @Override
    public Optional<String> run(StepContext stage) {
        for (Entry entry : entries) {
            write(entry, stage.files().procfs(), stage.syscalls());
        }
        return Optional.empty();
    }

    private static void write(Entry entry, Fd procfs, Syscalls syscalls) {
        String name = "sysctl " + Excerpt.quoted(entry.key());
        long flags = OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC;
        long fd =
                LinuxException.check(
                        syscalls.openat2(procfs.number(), "sys/" + entry.path(), flags, 0, RESOLVE),
                        "open " + name,
                        "");
        byte[] value = entry.value().getBytes(StandardCharsets.UTF_8);
        try (Memory buffer = Memory.of(value.length)) {
            buffer.bytes().put(0, value);
            String operation = "write " + Excerpt.quoted(entry.value()) + " to " + name;
            // once: the kernel takes each write for a whole value
            long written =
                    LinuxException.check(
                            syscalls.write((int) fd, buffer, value.length), operation, "");
            if (written < value.length) {
                throw new LinuxException(operation, "", Errno.EINVAL);
            }
        } finally {
            syscalls.close((int) fd);
        }
    }
}
