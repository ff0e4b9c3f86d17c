package io.reaper.toolchain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** One image to build: what the command line, the jar and the libraries' metadata ask for. */
final class Request {

    /** Options that the command line sets, as the builder names their origin. */
    private static final String USER = "user";

    private final BuilderOptions options;
    private final ClassPath classPath = new ClassPath();
    private final List<String> javaArguments = new ArrayList<>();
    private final List<String> imageArguments = new ArrayList<>();
    private final List<String> positional = new ArrayList<>();
    private final Metadata metadata = new Metadata();
    private Path jar;
    private String output;
    private boolean verbose;

    Request(BuilderOptions options) {
        this.options = options;
    }

    void read(List<String> commandLine) throws IOException, ReflectiveOperationException {
        consume(commandLine, null);
        if (jar != null) {
            classPath.addJar(jar);
        } else if (classPath.entries().isEmpty()) {
            classPath.add(".");
        }
        // Options of the libraries first: the last one wins, and that shall be the user's.
        List<String> user = List.copyOf(imageArguments);
        imageArguments.clear();
        for (Path entry : classPath.entries()) {
            for (Metadata.Item item : metadata.of(entry)) {
                javaArguments.addAll(item.javaArguments());
                consume(item.arguments(), item.origin());
            }
        }
        imageArguments.addAll(user);
    }

    /**
     * @param origin the file that the arguments come from; null for the command line
     */
    private void consume(List<String> arguments, String origin)
            throws IOException, ReflectiveOperationException {
        Deque<String> rest = new ArrayDeque<>(arguments);
        while (!rest.isEmpty()) {
            String argument = rest.remove();
            switch (argument) {
                case "-cp", "-classpath", "--class-path" -> classPath.add(value(argument, rest));
                case "-jar" -> jar = Main.absolute(value(argument, rest));
                case "-o" -> output = value(argument, rest);
                case "--exclude-config" ->
                        metadata.exclude(value(argument, rest), value(argument, rest));
                case "--verbose" -> verbose = true;
                default -> consumeOption(argument, rest, origin);
            }
        }
    }

    private void consumeOption(String argument, Deque<String> rest, String origin)
            throws ReflectiveOperationException {
        String source = origin == null ? USER : origin;
        if (argument.startsWith("-J")) {
            javaArguments.add(argument.substring(2));
        } else if (argument.startsWith("-D")) {
            javaArguments.add(argument);
        } else if (argument.startsWith("--enable-native-access=")) {
            String modules = argument.substring(argument.indexOf('=') + 1);
            imageArguments.add("-H:EnableNativeAccess@" + source + "+api=" + modules);
        } else if (argument.startsWith("-H:") || argument.startsWith("-R:")) {
            imageArguments.add(origin == null ? argument : withOrigin(argument, origin));
        } else if (argument.startsWith("-")) {
            imageArguments.add(
                    options.translate(argument, rest, source + "+api")
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "unknown option " + argument)));
        } else if (origin == null) {
            positional.add(argument);
        }
    }

    private static String value(String option, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException("option " + option + " needs a value");
        }
        return rest.remove();
    }

    /** {@code -H:Name=value} as {@code -H:Name@origin=value}. */
    private static String withOrigin(String argument, String origin) {
        int equals = argument.indexOf('=');
        String name = equals < 0 ? argument : argument.substring(0, equals);
        return name.contains("@")
                ? argument
                : name + "@" + origin + argument.substring(name.length());
    }

    /** The builder's arguments, complete. */
    List<String> imageArguments(Installation installation) throws IOException {
        List<String> all = new ArrayList<>();
        all.add("-H:CLibraryPath@driver=" + installation.glue().resolve("glibc"));
        all.add("-H:CLibraryPath@driver=" + installation.glue());
        all.addAll(imageArguments);
        Deque<String> names = new ArrayDeque<>(positional);
        String mainClass;
        if (jar != null) {
            JarManifest manifest = JarManifest.of(jar);
            all.addAll(manifest.imageArguments());
            mainClass = manifest.mainClass();
        } else {
            mainClass = names.poll();
        }
        if (mainClass == null) {
            throw new IllegalArgumentException(
                    "no main class: native-image [options] -jar FILE | CLASS [NAME]");
        }
        all.add("-H:Class@driver=" + mainClass);
        String name = names.isEmpty() ? mainClass : names.remove();
        if (!names.isEmpty()) {
            throw new IllegalArgumentException("unexpected argument " + names.peek());
        }
        Path target = Main.absolute(output != null ? output : name);
        all.add("-H:Path@driver=" + target.getParent());
        all.add("-H:Name@driver=" + target.getFileName());
        return all;
    }

    List<String> javaArguments() {
        return javaArguments;
    }

    List<Path> classPath() {
        return classPath.entries();
    }

    boolean verbose() {
        return verbose;
    }
}
