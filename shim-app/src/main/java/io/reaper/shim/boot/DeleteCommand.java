package io.reaper.shim.boot;

import io.reaper.contract.ContainerId;
import io.reaper.contract.Settings;
import io.reaper.linux.Fd;
import io.reaper.linux.Mounts;
import io.reaper.linux.Syscalls;
import io.reaper.proto.task.DeleteResponse;
import io.reaper.shim.exit.KernelEvents;
import io.reaper.shim.exit.Reaper;
import io.reaper.shim.log.ShimLog;
import io.reaper.shim.rootfs.RootfsMounts;
import io.reaper.shim.runtime.RuntimeClient;
import io.reaper.shim.task.ShimRecord;
import io.reaper.shim.task.TaskExit;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code delete}: cleans up after a daemon that is gone, prints a DeleteResponse. */
@Command(name = "delete", description = "clean up what a dead daemon left of a container")
public final class DeleteCommand implements Callable<Integer> {

    @Mixin private ShimFlags flags;

    @Override
    public Integer call() {
        ContainerId id = flags.id();
        Settings settings = Settings.load();
        ShimLog log = flags.openLog(settings);
        Path bundle = flags.bundle();
        Optional<ShimRecord> record = ShimRecord.read(bundle);
        TaskExit end;
        try (KernelEvents kernel = KernelEvents.start(log)) {
            RuntimeClient runtime =
                    new RuntimeClient(
                            record.map(ShimRecord::runtime).orElseGet(settings::runtimePath),
                            record.map(ShimRecord::runtimeRoot).orElseGet(settings::runtimeRoot),
                            new Reaper(kernel, log),
                            log);
            RootfsMounts rootfs = new RootfsMounts(new Mounts(Syscalls.get()));
            end = new DeadShim(id, bundle, record, log).clean(runtime, rootfs);
        }
        log.info("delete: init " + end.pid() + " ended with status " + end.status());
        DeleteResponse response =
                DeleteResponse.newBuilder()
                        .setPid(end.pid())
                        .setExitStatus(end.status())
                        .setExitedAt(end.timestamp())
                        .build();
        Fd.of(1).write(response.toByteArray());
        return 0;
    }
}
