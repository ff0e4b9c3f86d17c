package io.reaper.toolchain;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the jars and directories of a class path ask for in {@code META-INF/native-image}. */
final class Metadata {

    private static final String PLACE = "META-INF/native-image";

    private static final Map<String, String> OPTION_OF_FILE =
            Map.of(
                    "jni-config.json", "JNIConfigurationResources",
                    "reflect-config.json", "ReflectionConfigurationResources",
                    "proxy-config.json", "DynamicProxyConfigurationResources",
                    "resource-config.json", "ResourceConfigurationResources",
                    "serialization-config.json", "SerializationConfigurationResources",
                    "reachability-metadata.json", "ReachabilityMetadataResources");

    /**
     * What one file asks for.
     *
     * @param origin its URI
     * @param arguments as on the command line
     * @param javaArguments for the JVM that builds
     */
    record Item(String origin, List<String> arguments, List<String> javaArguments) {}

    private record Exclusion(Pattern jar, Pattern resource) {

        boolean covers(Path entry, String name) {
            return jar.matcher(entry.toString()).find() && resource.matcher("/" + name).find();
        }
    }

    private final List<Exclusion> exclusions = new ArrayList<>();

    /**
     * Leaves out files whose names match {@code resource} in jars whose paths match {@code jar}.
     */
    void exclude(String jar, String resource) {
        exclusions.add(new Exclusion(Pattern.compile(jar), Pattern.compile(resource)));
    }

    List<Item> of(Path entry) throws IOException {
        if (Files.isDirectory(entry)) {
            return items(entry, entry, entry.toUri().toString());
        }
        try (FileSystem jar = FileSystems.newFileSystem(entry)) {
            return items(entry, jar.getPath("/"), "jar:" + entry.toUri() + "!/");
        }
    }

    private List<Item> items(Path entry, Path root, String base) throws IOException {
        List<Item> items = new ArrayList<>();
        if (!Files.isDirectory(root.resolve(PLACE))) {
            return items;
        }
        List<Path> files;
        try (Stream<Path> below = Files.walk(root.resolve(PLACE))) {
            files = below.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            String name = root.relativize(file).toString();
            String option = OPTION_OF_FILE.get(file.getFileName().toString());
            if (exclusions.stream().anyMatch(exclusion -> exclusion.covers(entry, name))) {
                continue;
            }
            if (option != null) {
                items.add(new Item(base + name, List.of("-H:" + option + "=" + name), List.of()));
            } else if (file.endsWith("native-image.properties")) {
                items.add(properties(file, name, base + name));
            }
        }
        return items;
    }

    private static Item properties(Path file, String name, String origin) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        }
        String directory = name.substring(0, name.lastIndexOf('/'));
        return new Item(
                origin,
                words(properties.getProperty("Args", ""), directory),
                words(properties.getProperty("JavaArgs", ""), directory));
    }

    /**
     * Words between white space; "${.}" stands for the file's directory. Quotes, which none of our
     * libraries has, fail.
     */
    private static List<String> words(String text, String directory) {
        if (text.matches("(?s).*[\"'].*")) {
            throw new IllegalArgumentException("quotes are not understood: " + text);
        }
        return Stream.of(text.split("\\s+"))
                .filter(word -> !word.isEmpty())
                .map(word -> word.replace("${.}", directory))
                .toList();
    }
}
