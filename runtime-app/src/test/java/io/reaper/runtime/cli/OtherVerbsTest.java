package io.reaper.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reaper.contract.Isolation;
import io.reaper.linux.cgroup.Hierarchies;
import io.reaper.linux.credential.Capability;
import io.reaper.runtime.bundle.Bundle;
import io.reaper.runtime.bundle.DefaultConfig;
import io.reaper.runtime.bundle.SpecReader;
import io.reaper.runtime.cli.about.Build;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Verbs that need no container: {@code features}, {@code spec}, and those that are refused. */
class OtherVerbsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path dir;

    @ParameterizedTest
    @EnumSource
    void aRefusedVerbIsOneLineWhateverItsArguments(RefusedVerb verb) throws IOException {
        String word = verb.name().toLowerCase(Locale.ROOT);
        Path log = dir.resolve("log");
        for (List<String> args :
                List.of(
                        List.<String>of(),
                        List.of("a"),
                        List.of("--help"),
                        List.of("-r", "-", "../x", "--image-path=/x", "--", "y"))) {
            List<String> call = new ArrayList<>();
            call.addAll(List.of("--log", log.toString(), "--log-format", "json", word));
            call.addAll(args);
            Outcome outcome = Outcome.of(call.toArray(String[]::new));
            assertEquals(1, outcome.status());
            assertEquals("", outcome.out());
            assertEquals(1, outcome.err().lines().count(), outcome.err());
            assertTrue(
                    outcome.err().startsWith("\"" + word + "\" is not supported: "), outcome.err());
            JsonNode line = JSON.readTree(Files.readAllLines(log).getLast());
            assertEquals(outcome.err().strip(), line.get("msg").asText());
        }
    }

    @Test
    void featuresAreTheTruth() throws IOException {
        JsonNode features = JSON.readTree(Outcome.of("features").out());
        for (String version : List.of("ociVersionMin", "ociVersionMax")) {
            String document =
                    "{\"ociVersion\":\"%s\",\"process\":{\"args\":[\"a\"],\"cwd\":\"/\"}}"
                            .formatted(features.get(version).asText());
            SpecReader.read("config.json", document.getBytes(StandardCharsets.UTF_8));
        }
        assertEquals("1.3.0", features.get("ociVersionMax").asText());
        assertEquals(
                List.of("prestart", "createRuntime", "startContainer", "poststart", "poststop"),
                texts(features.get("hooks")));
        List<String> options = texts(features.get("mountOptions"));
        assertEquals(options.stream().sorted().distinct().toList(), options);
        assertTrue(options.containsAll(List.of("ro", "rro", "rbind", "tmpcopyup")), "" + options);
        assertFalse(options.contains("idmap"));
        JsonNode linux = features.get("linux");
        assertEquals(
                List.of("cgroup", "ipc", "mount", "network", "pid", "uts"),
                texts(linux.get("namespaces")));
        assertEquals(
                Stream.of(Capability.values()).map(Enum::name).toList(),
                texts(linux.get("capabilities")));
        for (String feature :
                List.of("cgroup", "seccomp", "apparmor", "selinux", "intelRdt", "netDevices")) {
            assertFalse(linux.get(feature).isEmpty(), feature);
            linux.get(feature).forEach(flag -> assertFalse(flag.booleanValue(), feature));
        }
        assertFalse(linux.at("/mountExtensions/idmap/enabled").booleanValue());
        assertEquals("{\"modes\":[],\"flags\":[]}", linux.get("memoryPolicy").toString());
        assertEquals("host", features.at("/annotations/io.reaper.isolation").asText());
        assertEquals(Build.VERSION, features.at("/annotations/io.reaper.runtime.version").asText());
        assertEquals(
                List.of("potentiallyUnsafeConfigAnnotations"),
                features.propertyStream()
                        .map(property -> property.getKey())
                        .filter(name -> name.startsWith("potentially"))
                        .toList());
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asText).toList();
    }

    @Test
    void specWritesABundleThatIsAccepted() throws IOException {
        assertEquals(new Outcome(0, "", ""), Outcome.of("spec", "-b", dir.toString()));
        String document = Files.readString(dir.resolve("config.json"));
        JsonNode config = JSON.readTree(document);
        List<String> namespaces =
                config.at("/linux/namespaces")
                        .valueStream()
                        .map(namespace -> namespace.get("type").asText())
                        .toList();
        assertTrue(namespaces.contains("mount"), "others would mount over the machine's root");
        assertEquals("[\"sh\"]", config.at("/process/args").toString());
        assertTrue(config.at("/process/terminal").booleanValue());
        ((ObjectNode) config.get("process")).put("terminal", false);
        Files.writeString(dir.resolve("config.json"), config.toString());
        assertEquals(List.of("sh"), Bundle.load(dir, Isolation.HOST).spec().process().args());
        assertEquals(DefaultConfig.json(Hierarchies.isHostUnified()), document);
    }

    @Test
    void specAsksForACgroupNamespaceWhereThereIsCgroup2Alone() throws IOException {
        JsonNode plain = JSON.readTree(DefaultConfig.json(false));
        JsonNode unified = JSON.readTree(DefaultConfig.json(true));
        assertEquals("cgroup", unified.at("/linux/namespaces/5/type").asText());
        ((ArrayNode) unified.at("/linux/namespaces")).remove(5);
        assertEquals(plain, unified);
    }

    @Test
    void specLeavesWhatIsThere() throws IOException {
        Path config = dir.resolve("config.json");
        Files.writeString(config, "mine");
        Outcome outcome = Outcome.of("spec", "--bundle", dir.toString());
        assertEquals(new Outcome(1, "", config + " exists: remove it first\n"), outcome);
        assertEquals("mine", Files.readString(config));
        Files.delete(config);
        Files.createSymbolicLink(config, dir.resolve("elsewhere"));
        assertEquals(outcome, Outcome.of("spec", "--bundle", dir.toString()));
        assertFalse(Files.exists(dir.resolve("elsewhere")));
        assertEquals(
                "open " + dir + "/none/config.json: no such file or directory\n",
                Outcome.of("spec", "-b", dir + "/none").err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''                       | create start state kill delete run list ps spec features completion
                    sta                      | start state
                    pau                      | ''
                    delete --f               | --force
                    --root /x kill --a       | --all
                    --log-format ''          | text json
                    list -f j                | json
                    create --pid-            | --pid-file
                    """)
    void bashCompletesVerbsOptionsAndValues(String typed, String offered) throws Exception {
        Path script = dir.resolve("completion");
        Files.writeString(script, Outcome.of("completion").out());
        Path test = dir.resolve("test");
        Files.writeString(
                test,
                """
                compopt() { :; } # works in a completion only
                . "$1" && shift
                complete -p reaper-runtime >&2
                COMP_WORDS=(reaper-runtime "$@")
                COMP_CWORD=$#
                COMP_LINE="${COMP_WORDS[*]}"
                COMP_POINT=${#COMP_LINE}
                _complete_reaper-runtime
                echo "${COMPREPLY[@]}"
                """);
        List<String> command =
                Stream.concat(
                                Stream.of("bash", test.toString(), script.toString()),
                                Stream.of(typed.split(" ", -1)).map(w -> w.replace("''", "")))
                        .toList();
        Process bash = new ProcessBuilder(command).start();
        String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(bash.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, bash.waitFor(), err);
        assertEquals("complete -o default -F _complete_reaper-runtime reaper-runtime", err.strip());
        List<String> found = List.of(out.strip().split(" ", -1));
        for (String word : offered.split(" ", -1)) {
            assertTrue(found.contains(word), () -> typed + ": " + found);
        }
        if (!typed.isEmpty()) {
            assertEquals(offered.split(" ", -1).length, found.size(), out);
        }
    }
}
