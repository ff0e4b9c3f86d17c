package io.reaper.runtime.cli.about;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.reaper.contract.IndentedJson;
import io.reaper.linux.credential.Capability;
import io.reaper.runtime.cli.answer.Answer;
import io.reaper.runtime.cli.option.HelpOption;
import io.reaper.runtime.cli.option.RuntimeOptions;
import io.reaper.runtime.hooks.HookKind;
import io.reaper.runtime.mount.MountList;
import io.reaper.runtime.state.ContainerState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code features} (runtime-spec 1.3.0, features.md and features-linux.md). */
@Command(
        name = "features",
        headerHeading = "NAME%n    reaper-runtime-features - ",
        header = "print as JSON what this runtime can do",
        synopsisHeading = "%nSYNOPSIS%n    ",
        descriptionHeading = "%nDESCRIPTION%n",
        description = {
            "    The features document of the OCI runtime specification: what of config.json has",
            "    an effect where REAPER_ISOLATION is oci. The annotation io.reaper.isolation says",
            "    what is set for this call: with host, namespaces and mounts have none. Nothing",
            "    else depends on the machine."
        },
        optionListHeading = "%nOPTIONS%n",
        footerHeading = "%nEXAMPLES%n",
        footer = "    reaper-runtime features")
public final class FeaturesCommand implements Callable<Integer> {

    private static final String OLDEST = "1.0.0";

    /** Not among them: user and time, which create refuses. */
    private static final List<String> NAMESPACES =
            List.of("cgroup", "ipc", "mount", "network", "pid", "uts");

    @ParentCommand RuntimeOptions runtime;
    @Mixin HelpOption help;

    @Override
    public Integer call() {
        String isolation = runtime.isolation().word();
        ByteArrayOutputStream document = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(document)) {
            json.setPrettyPrinter(IndentedJson.printer());
            write(json, isolation);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        document.write('\n');
        Answer.print(document.toByteArray());
        return 0;
    }

    private static void write(JsonGenerator json, String isolation) throws IOException {
        json.writeStartObject();
        json.writeStringField("ociVersionMin", OLDEST);
        json.writeStringField("ociVersionMax", ContainerState.OCI_VERSION);
        strings(json, "hooks", hooks());
        strings(json, "mountOptions", MountList.optionWords());
        json.writeObjectFieldStart("linux");
        strings(json, "namespaces", NAMESPACES);
        strings(json, "capabilities", Stream.of(Capability.values()).map(Enum::name).toList());
        // cgroupsPath names a group for tracking, but what a caller asks here is whether limits
        // work
        flags(json, "cgroup", List.of("v1", "v2", "systemd", "systemdUser", "rdma"));
        for (String feature : List.of("seccomp", "apparmor", "selinux", "intelRdt")) {
            flags(json, feature, List.of("enabled"));
        }
        json.writeObjectFieldStart("mountExtensions");
        flags(json, "idmap", List.of("enabled"));
        json.writeEndObject();
        flags(json, "netDevices", List.of("enabled"));
        json.writeObjectFieldStart("memoryPolicy");
        strings(json, "modes", List.of());
        strings(json, "flags", List.of());
        json.writeEndObject();
        json.writeEndObject();
        json.writeObjectFieldStart("annotations");
        json.writeStringField("io.reaper.runtime.version", Build.VERSION);
        if (Build.COMMIT.isPresent()) {
            json.writeStringField("io.reaper.runtime.commit", Build.COMMIT.get());
        }
        json.writeStringField("io.reaper.isolation", isolation);
        json.writeEndObject();
        strings(json, "potentiallyUnsafeConfigAnnotations", List.of());
        json.writeEndObject();
    }

    /** Those that isolated containers may have. */
    private static List<String> hooks() {
        return Stream.of(HookKind.values())
                .filter(kind -> kind != HookKind.CREATE_CONTAINER)
                .map(HookKind::property)
                .toList();
    }

    private static void strings(JsonGenerator json, String name, List<String> values)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    /** None of these is applied. */
    private static void flags(JsonGenerator json, String name, List<String> flags)
            throws IOException {
        json.writeObjectFieldStart(name);
        for (String flag : flags) {
            json.writeBooleanField(flag, false);
        }
        json.writeEndObject();
    }
}
