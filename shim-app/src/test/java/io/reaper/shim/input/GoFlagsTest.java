package io.reaper.shim.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GoFlagsTest {

    static Stream<Arguments> calls() {
        return Stream.of(
                // every spelling of one flag
                call("-id x start", "start --id=x"),
                call("-id=x start", "start --id=x"),
                call("--id x start", "start --id=x"),
                call("--id=x start", "start --id=x"),
                // as containerd up to 2.2 calls, and since 2.3
                call(
                        "-namespace k8s.io -address /run/c.sock -publish-binary /usr/bin/c -id a"
                                + " start",
                        "start --namespace=k8s.io --address=/run/c.sock --id=a"),
                call("-id a -debug start -namespace n", "start --id=a --debug=true --namespace=n"),
                call(
                        "-id a -bundle /b -debug=false delete",
                        "delete --id=a --bundle=/b --debug=false"),
                // flags without an action
                call("-info", "info"),
                call("-info -debug", "info"),
                call("-v", "version"),
                call("--version", "version"),
                call("-h", "help"),
                // what we do not know is passed over, with its value
                call("-later start", "start"),
                call("-later=1 -id a start", "start --id=a"),
                call("-later value -id a start", "start --id=a"),
                call("-id a start -later", "start --id=a"),
                // values that look like flags or actions
                call("-id -x start", "start --id=-x"),
                call("-id start start", "start --id=start"),
                call("-publish-binary -odd start", "start"),
                call("-id= start", "start --id="),
                call("-id", "--id="),
                call("-- -id", "-id"),
                call("", ""));
    }

    private static Arguments call(String go, String picocli) {
        return Arguments.of(go, picocli);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void meansTheSame(String go, String picocli) {
        assertArrayEquals(words(picocli), GoFlags.toPicocli(words(go)));
    }

    private static String[] words(String line) {
        return line.isEmpty() ? new String[0] : line.split(" ", -1);
    }
}
