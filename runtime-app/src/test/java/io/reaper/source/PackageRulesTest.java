package io.reaper.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packages have one subject each, and what they name of one another goes one way. */
class PackageRulesTest {

    /** What does not keep the rules yet: the beginnings of paths. */
    @Test
    void productPackagesKeepTheRules() throws IOException {
        Map<String, List<PackageRules.Source>> modules = new TreeMap<>();
        for (Path source : ProductSources.all()) {
            String path = ProductSources.path(source);
            if (path.endsWith(".java")) {
                modules.computeIfAbsent(path.split("/", -1)[0], module -> new ArrayList<>())
                        .add(source(source.getFileName().toString(), Files.readString(source)));
            }
        }
        List<String> found =
                modules.values().stream().flatMap(all -> PackageRules.check(all).stream()).toList();
        assertTrue(modules.containsKey("shim-app"), "only " + modules.keySet());
        assertEquals("", String.join("\n", found));
    }

    @Test
    void findsACircle() {
        List<String> found =
                check(
                        "package io.reaper.shim.a; import io.reaper.shim.b.B;",
                        "package io.reaper.shim.b; import static io.reaper.shim.a.c.C.x;",
                        "package io.reaper.shim.a.c; class C { io.reaper.shim.a.A a; }");
        assertEquals(1, found.size(), found::toString);
        assertTrue(
                found.getFirst()
                        .contains(
                                "io.reaper.shim.a -> io.reaper.shim.b -> io.reaper.shim.a.c"
                                        + " -> io.reaper.shim.a;"),
                found::toString);
    }

    @Test
    void findsEachOfTwoCircles() {
        List<String> found =
                check(
                        "package io.reaper.shim.a; import io.reaper.shim.b.*;",
                        "package io.reaper.shim.b; import io.reaper.shim.a.A;",
                        "package io.reaper.shim.c; import io.reaper.shim.d.D;",
                        "package io.reaper.shim.d; import io.reaper.shim.c.C.Inner;");
        assertEquals(2, found.size(), found::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "package io.reaper.linux.mount; import io.reaper.contract.Settings;",
                "package io.reaper.linux; import io.reaper.proto.types.Mount;",
                "package io.reaper.contract; import io.reaper.shim.task.Task;",
                "package io.reaper.contract; import io.reaper.proto.types.Mount;",
                "package io.reaper.runtime.cli; import io.reaper.shim.log.ShimLog;",
                "package io.reaper.runtime.cli; import io.reaper.proto.types.Mount;",
                "package io.reaper.shim.task; import static"
                        + " io.reaper.runtime.state.Status.RUNNING;",
                "package io.reaper.shim.start; import io.reaper.shim.ReaperShim;",
                "package io.reaper.shim.start; class X { String n = io.reaper.shim.ReaperShim.N; }",
                "package io.reaper.runtime.init; import io.reaper.runtime.ReaperRuntime;",
            })
    void findsAnArrowUp(String text) {
        assertEquals(1, check(text).size(), check(text)::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "package io.reaper.linux.mount; import io.reaper.linux.seam.Syscalls;",
                "package io.reaper.contract; import io.reaper.linux.file.Fd;",
                "package io.reaper.runtime.cli; import io.reaper.contract.Settings;",
                "package io.reaper.runtime; import io.reaper.runtime.cli.RuntimeCommandLine;",
                "package io.reaper.shim.task; import io.reaper.proto.types.Mount;",
                "package io.reaper.shim.task; import java.util.List; import io.vertx.core.Vertx;",
                "package io.reaper.shim.task; /** {@link io.reaper.shim.ReaperShim} */ class X {}",
                "package io.reaper.shim.task; class X { String s = \"io.reaper.shim.ReaperShim\";"
                        + " }",
            })
    void leavesArrowsDownAlone(String text) {
        assertEquals(List.of(), check(text));
    }

    @Test
    void wantsAWordOnEachPackage() {
        PackageRules.Source only = source("X.java", "package io.reaper.shim.task;");
        assertEquals(1, PackageRules.check(List.of(only)).size());
        PackageRules.Source info = source("package-info.java", "package io.reaper.shim.task;");
        assertEquals(List.of(), PackageRules.check(List.of(only, info)));
    }

    @Test
    void findsAPackageWithNothingInIt() {
        PackageRules.Source info = source("package-info.java", "package io.reaper.shim.task;");
        assertEquals(1, PackageRules.check(List.of(info)).size());
    }

    @Test
    void limitsTheFilesOfAPackage() {
        assertEquals(List.of(), PackageRules.check(files(20)));
        assertEquals(1, PackageRules.check(files(21)).size());
    }

    private static List<PackageRules.Source> files(int count) {
        return Stream.concat(
                        Stream.of("package-info.java"),
                        IntStream.range(0, count).mapToObj(i -> "X" + i + ".java"))
                .map(name -> source(name, "package io.reaper.shim.task;"))
                .toList();
    }

    /** Each text is a file of a package that says what is in it. */
    private static List<String> check(String... texts) {
        return PackageRules.check(
                Stream.of(texts)
                        .flatMap(
                                text ->
                                        Stream.of(
                                                source("X.java", text),
                                                source("package-info.java", declaration(text))))
                        .toList());
    }

    private static String declaration(String text) {
        return text.substring(0, text.indexOf(';') + 1);
    }

    private static PackageRules.Source source(String name, String text) {
        return PackageRules.Source.of(name, text);
    }
}
