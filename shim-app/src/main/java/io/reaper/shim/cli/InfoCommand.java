package io.reaper.shim.cli;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.reaper.linux.file.Fd;
import io.reaper.proto.types.RuntimeInfo;
import io.reaper.proto.types.RuntimeVersion;
import io.reaper.shim.input.BootstrapInput;
import io.reaper.shim.input.StandardInput;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code -info}: what containerd 2 asks before the first container. */
@Command(name = "info", hidden = true)
public final class InfoCommand implements Callable<Integer> {

    private static final String FEATURES_TYPE =
            "types.containerd.io/opencontainers/runtime-spec/1/features/Features";

    /**
     * OCI runtime-spec, chapter "Features": no namespaces, no mount options, no id-mapped mounts.
     */
    private static final String FEATURES =
            """
            {"ociVersionMin":"1.0.0","ociVersionMax":"1.3.0","hooks":[],"mountOptions":[],\
            "linux":{"namespaces":[],"cgroup":{"v1":false,"v2":false,"systemd":false},\
            "seccomp":{"enabled":false},"apparmor":{"enabled":false},"selinux":{"enabled":false},\
            "mountExtensions":{"idmap":{"enabled":false}}}}\
            """;

    @Override
    public Integer call() {
        RuntimeInfo.Builder info =
                RuntimeInfo.newBuilder()
                        .setName("io.containerd.reaper.v2")
                        .setVersion(version())
                        .setFeatures(
                                Any.newBuilder()
                                        .setTypeUrl(FEATURES_TYPE)
                                        .setValue(ByteString.copyFromUtf8(FEATURES)));
        BootstrapInput.options(StandardInput.read()).ifPresent(info::setOptions);
        Fd.of(1).write(info.build().toByteArray());
        return 0;
    }

    private static RuntimeVersion version() {
        RuntimeVersion.Builder version = RuntimeVersion.newBuilder().setVersion(Version.NUMBER);
        Version.COMMIT.ifPresent(version::setRevision);
        return version.build();
    }
}
