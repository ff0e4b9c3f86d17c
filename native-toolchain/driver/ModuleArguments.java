package io.reaper.toolchain;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Writes the java commands' argument files that open modules to each other: {@code builder.args}
 * for the image builder, {@code driver.args} for this driver. Called once, by {@code assemble.sh}:
 * {@code ModuleArguments JARS DIRECTORY}.
 */
final class ModuleArguments {

    private static final String BUILDER = "org.graalvm.nativeimage.builder";

    /** Modules of the JDK that no image needs: the builder does not look into them. */
    private static final Set<String> CLOSED =
            Set.of(
                    "java.desktop",
                    "jdk.graal.compiler",
                    "jdk.hotspot.agent",
                    "jdk.incubator.vector",
                    "jdk.javadoc",
                    "jdk.jcmd",
                    "jdk.jconsole",
                    "jdk.jdi",
                    "jdk.jshell");

    private ModuleArguments() {}

    public static void main(String[] arguments) throws IOException {
        List<ModuleDescriptor> builder = descriptors(ModuleFinder.of(Path.of(arguments[0])));
        Path directory = Path.of(arguments[1]);
        Files.write(directory.resolve("builder.args"), exportsOfJdk(builder));
        Files.write(directory.resolve("driver.args"), opensOfBuilder(builder));
    }

    private static List<String> exportsOfJdk(List<ModuleDescriptor> builder) {
        Set<String> names =
                builder.stream()
                        .map(ModuleDescriptor::name)
                        .collect(Collectors.toCollection(TreeSet::new));
        List<String> lines = new ArrayList<>();
        for (ModuleDescriptor module : descriptors(ModuleFinder.ofSystem())) {
            if (CLOSED.contains(module.name()) || names.contains(module.name())) {
                continue;
            }
            for (String member : new TreeSet<>(module.packages())) {
                lines.add(
                        "--add-exports=%s/%s=%s,ALL-UNNAMED"
                                .formatted(module.name(), member, String.join(",", names)));
            }
        }
        return lines;
    }

    /**
     * The driver instantiates converters and groups of options, which live in packages all over the
     * builder.
     */
    private static List<String> opensOfBuilder(List<ModuleDescriptor> builder) {
        List<String> lines = new ArrayList<>();
        lines.add("--add-exports=jdk.graal.compiler/jdk.graal.compiler.options=ALL-UNNAMED");
        for (ModuleDescriptor module : builder) {
            if (module.name().equals(BUILDER)) {
                for (String member : new TreeSet<>(module.packages())) {
                    lines.add("--add-opens=%s/%s=ALL-UNNAMED".formatted(BUILDER, member));
                }
            }
        }
        return lines;
    }

    private static List<ModuleDescriptor> descriptors(ModuleFinder finder) {
        return finder.findAll().stream().map(ModuleReference::descriptor).sorted().toList();
    }
}
