package io.reaper.toolchain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** The attributes of a jar's manifest that concern an image. */
record JarManifest(Attributes attributes) {

    static JarManifest of(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            return new JarManifest(
                    manifest == null ? new Attributes() : manifest.getMainAttributes());
        }
    }

    String mainClass() {
        return attributes.getValue(Attributes.Name.MAIN_CLASS);
    }

    List<String> classPath() {
        return words("Class-Path");
    }

    /** What {@code java -jar} would do by the manifest as well; Quarkus relies on it. */
    List<String> imageArguments() {
        List<String> arguments = new ArrayList<>();
        for (String attribute : List.of("Add-Exports", "Add-Opens")) {
            String option = attribute.replace("-", "");
            for (String member : words(attribute)) {
                arguments.add("-H:" + option + "@user+api=" + member + "=ALL-UNNAMED");
            }
        }
        for (String module : words("Enable-Native-Access")) {
            arguments.add("-H:EnableNativeAccess@user+api=" + module);
        }
        return arguments;
    }

    private List<String> words(String attribute) {
        String value = attributes.getValue(attribute);
        return value == null || value.isBlank() ? List.of() : List.of(value.trim().split("\\s+"));
    }
}
