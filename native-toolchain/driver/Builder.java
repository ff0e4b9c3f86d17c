package io.reaper.toolchain;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Runs the image builder, a Java program, in a JVM of its own. */
final class Builder {

    private static final String MAIN =
            "org.graalvm.nativeimage.builder/com.oracle.svm.hosted.NativeImageGeneratorRunner";

    /**
     * The builder's whole environment: names and values of it get into the image, where the
     * program's static initialisers keep a copy of it. Enough for Java and for gcc.
     */
    private static final Map<String, String> ENVIRONMENT =
            Map.of(
                    "PATH",
                    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    "LC_ALL",
                    "C.UTF-8");

    private final Installation installation;

    Builder(Installation installation) {
        this.installation = installation;
    }

    /** Builds the image and returns the builder's exit status. */
    int run(Request request) throws IOException, InterruptedException {
        String classPath =
                request.classPath().stream()
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator));
        List<String> imageArguments = new ArrayList<>(request.imageArguments(installation));
        String inputs = String.join("\0", imageArguments) + classPath;
        imageArguments.add(
                "-H:ImageBuildID@driver="
                        + UUID.nameUUIDFromBytes(inputs.getBytes(StandardCharsets.UTF_8)));

        Path file = Files.createTempFile("native-image", ".args");
        try {
            Files.writeString(file, String.join("\0", imageArguments));
            List<String> command = java(request.javaArguments());
            command.add("--image-args-file=" + file);
            command.addAll(List.of("-imagecp", classPath));
            if (request.verbose()) {
                System.out.println(String.join(" \\\n  ", command));
                System.out.println("image arguments:\n  " + String.join("\n  ", imageArguments));
            }
            ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
            builder.environment().clear();
            builder.environment().putAll(ENVIRONMENT);
            Process process = builder.start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
            return process.waitFor();
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private List<String> java(List<String> userArguments) {
        String version = installation.version();
        Path builder = installation.builder();
        List<String> command = new ArrayList<>();
        command.add(installation.java().toString());
        // Memory and collector: few long-lived, many short-lived objects, and the machine is for
        // this build.
        command.addAll(
                List.of(
                        "-XX:+UseParallelGC",
                        "-XX:MaxRAMPercentage=60",
                        "-XX:GCTimeRatio=9",
                        "-Xss10m"));
        command.add("-XX:+ExitOnOutOfMemoryError");
        // The Graal compiler as a library that the builder calls, not as this JVM's own compiler.
        command.addAll(List.of("-XX:+UnlockExperimentalVMOptions", "-XX:+EnableJVMCI"));
        command.addAll(List.of("-XX:-UseJVMCICompiler", "-XX:-UseJVMCINativeLibrary"));
        command.add("-Dsubstratevm.HostLibC=glibc");
        // Else it compares the JDK's build with the one that it was released with.
        command.add("-Dsubstratevm.IgnoreGraalVersionCheck=true");
        command.add(
                "-Djava.system.class.loader=com.oracle.svm.hosted.NativeImageSystemClassLoader");
        // Lambdas whose classes are initialised early would be objects of the image heap.
        command.add("-Djdk.internal.lambda.disableEagerInitialization=true");
        command.add("-Djdk.internal.lambda.eagerlyInitialize=false");
        command.add("-Djava.lang.invoke.InnerClassLambdaMetafactory.initializeLambdas=false");
        command.add("-Dorg.graalvm.vendor=local assembly");
        command.add(
                "-Dorg.graalvm.vendorversion=GraalVM CE "
                        + version
                        + "+"
                        + installation.build()
                        + ".1");
        command.add("-Dorg.graalvm.version=" + version);
        command.add("-Dcom.oracle.graalvm.isaot=true");
        command.add("-Dorg.graalvm.nativeimage.imagecode=buildtime");
        command.add("--enable-native-access=org.graalvm.nativeimage.builder");
        command.add("--add-modules=ALL-DEFAULT,jdk.internal.vm.ci,jdk.graal.compiler");
        command.add("@" + builder.resolve("builder.args"));
        command.addAll(userArguments);
        command.addAll(List.of("--upgrade-module-path", builder.resolve("upgrade").toString()));
        command.addAll(List.of("--module-path", builder.toString(), "--module", MAIN));
        return command;
    }
}
