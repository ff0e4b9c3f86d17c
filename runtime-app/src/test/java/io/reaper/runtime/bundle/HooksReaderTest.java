package io.reaper.runtime.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.reaper.runtime.hooks.Hook;
import io.reaper.runtime.hooks.HookKind;
import io.reaper.runtime.hooks.Hooks;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HooksReaderTest {

    private static Spec read(String hooks) {
        String document =
                "{\"ociVersion\":\"1.2.0\",\"process\":{\"args\":[\"a\"],\"cwd\":\"/\"},\"hooks\":"
                        + hooks
                        + "}";
        return SpecReader.read("config.json", document.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everyKindIsReadInItsOrder() {
        StringBuilder json = new StringBuilder("{\"later\": [7]");
        for (HookKind kind : HookKind.values()) {
            json.append(
                    """
                    , "%1$s": [{"path": "/%1$s", "args": ["x", ""], "env": ["A=1", "B"], "timeout": 5},
                               {"path": "/second", "unknown": {}}]
                    """
                            .formatted(kind.property()));
        }
        Spec spec = read(json + "}");
        assertEquals(List.of(), spec.notApplied());
        for (HookKind kind : HookKind.values()) {
            assertEquals(
                    List.of(
                            new Hook(
                                    "/" + kind.property(),
                                    List.of("x", ""),
                                    List.of("A=1", "B"),
                                    OptionalInt.of(5)),
                            new Hook("/second", List.of(), List.of(), OptionalInt.empty())),
                    spec.hooks().of(kind));
        }
    }

    @Test
    void noneAreNone() {
        for (String none : List.of("{}", "null", "{\"poststop\": []}", "{\"poststop\": null}")) {
            Hooks hooks = read(none).hooks();
            for (HookKind kind : HookKind.values()) {
                assertFalse(hooks.has(kind), none);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    []                                               | hooks: expected an object, found an array
                    {"prestart": {}}                                 | hooks.prestart: expected an array, found an object
                    {"poststop": [null]}                             | hooks.poststop[0]: expected an object, found null
                    {"poststop": [{"path": "/a"}, {"args": ["a"]}]}  | hooks.poststop[1]: path is missing
                    {"createRuntime": [{"path": "bin/a"}]}           | hooks.createRuntime[0].path: "bin/a" is not an absolute path
                    {"createRuntime": [{"path": ""}]}                | hooks.createRuntime[0].path: "" is not an absolute path
                    {"createContainer": [{"path": "/a\\u0000"}]}     | hooks.createContainer[0].path: contains a NUL character
                    {"startContainer": [{"path": "/a", "args": 1}]}  | hooks.startContainer[0].args: expected an array, found a number
                    {"poststart": [{"path": "/a", "env": [2]}]}      | hooks.poststart[0].env[0]: expected a string, found a number
                    {"poststart": [{"path": "/a", "timeout": 0}]}    | hooks.poststart[0].timeout: 0 is not in 1 to 2147483647
                    {"poststart": [{"path": "/a", "timeout": -1}]}   | hooks.poststart[0].timeout: -1 is not in 1 to 2147483647
                    {"poststart": [{"path": "/a", "timeout": 1.5}]}  | hooks.poststart[0].timeout: expected an integer, found a number with a fraction
                    """)
    void aWrongOneIsNamed(String hooks, String problem) {
        assertEquals(
                "config.json: " + problem,
                assertThrows(SpecException.class, () -> read(hooks)).getMessage());
    }
}
