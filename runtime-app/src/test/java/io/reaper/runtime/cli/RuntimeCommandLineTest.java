package io.reaper.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reaper.runtime.cli.about.Build;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuntimeCommandLineTest {

    @TempDir Path dir;

    private static Outcome run(String... args) {
        return Outcome.of(args);
    }

    private Outcome runInRoot(String... args) {
        String[] all = new String[args.length + 2];
        all[0] = "--root";
        all[1] = dir.resolve("root").toString();
        System.arraycopy(args, 0, all, 2, args.length);
        return run(all);
    }

    @Test
    void theVersionIsThePomsInRuncsLines() throws IOException {
        Outcome outcome = run("--version");
        assertEquals(0, outcome.status());
        List<String> lines = outcome.out().lines().toList();
        assertEquals("reaper-runtime version " + Build.VERSION, lines.getFirst());
        assertEquals("spec: 1.3.0", lines.getLast());
        assertEquals(outcome, run("-v"));
        assertTrue(
                Files.readString(Path.of("pom.xml"))
                        .contains("<version>" + Build.VERSION + "</version>"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    frobnicate                   | unknown command "frobnicate"
                    state                        | Missing required parameter: 'ID'
                    state a b                    | unexpected argument "b"
                    create --frob a              | unknown option "--frob"
                    --log-format xml list        | Invalid value for option '--log-format': "xml" is neither text nor json
                    create a --preserve-fds x    | Invalid value for option '--preserve-fds': "x" is not a number from 0 to 2147483647
                    create a --preserve-fds -1   | Invalid value for option '--preserve-fds': "-1" is not a number from 0 to 2147483647
                    ps -f json a -ef             | options of ps(1) go with --format table only
                    spec --rootless              | --rootless: not supported, there are no user namespaces yet
                    spec a                       | unexpected argument "a"
                    state ../x                   | invalid container id "../x": only letters, digits and _ + - . are allowed
                    state .                      | invalid container id ".": only letters, digits and _ + - . are allowed
                    """)
    void misuseIsOneLineAndAHint(String args, String message) {
        checkMisuse(1, args, message);
    }

    /** Else it could not be told from a program's own 1. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    exec --preserve-fds １ a b   | Invalid value for option '--preserve-fds': "１" is not a number from 0 to 2147483647
                    exec --cgroup x a b          | --process-label, --apparmor and --cgroup are not supported: leave them out
                    exec -p f a b                | --process FILE says what runs: leave out the command behind the ID
                    exec --process=f a -- b c    | --process FILE says what runs: leave out the command behind the ID
                    exec --frob a b              | unknown option "--frob"
                    exec                         | Missing required parameter: 'ID'
                    exec ../x true               | invalid container id "../x": only letters, digits and _ + - . are allowed
                    """)
    void misuseOfExecIs255(String args, String message) {
        checkMisuse(255, args, message);
    }

    private void checkMisuse(int status, String args, String message) {
        Outcome outcome = runInRoot(args.split(" ", -1));
        assertEquals(status, outcome.status());
        assertEquals("", outcome.out());
        List<String> lines = outcome.err().lines().toList();
        assertEquals(2, lines.size(), outcome.err());
        assertEquals(message, lines.getFirst());
        assertTrue(lines.getLast().startsWith("Try \"reaper-runtime"), lines.getLast());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    exec none true        | container does not exist: none
                    exec none             | process args cannot be empty
                    exec none --          | process args cannot be empty
                    exec -p f none        | container does not exist: none
                    exec -p f none --     | container does not exist: none
                    exec -u x none id     | --user "x": not a number from 0 to 4294967294 (names are unknown)
                    exec -u 1: none id    | --user "1:": not a number from 0 to 4294967294 (names are unknown)
                    exec -u -1 none id    | --user "-1": not a number from 0 to 4294967294 (names are unknown)
                    exec -g 1 -g y none i | --additional-gids "y": not a number from 0 to 4294967294 (names are unknown)
                    exec -e X none id     | invalid environment variable: --env number 1 has no "="
                    exec -e A= -e =1 none id | invalid environment variable: --env number 2 has no name
                    exec --cwd x none id  | --cwd x: not an absolute path
                    """)
    void anExecThatCannotStartIs255AndOneLine(String args, String message) {
        assertEquals(
                new Outcome(255, "", "exec failed: " + message + "\n"),
                runInRoot(args.split(" ", -1)));
    }

    @Test
    void whatADocumentSaysIsNoOrderToTheTerminal() throws IOException {
        Files.writeString(
                dir.resolve("config.json"),
                "{\"ociVersion\": \"\\u001b[2J\\u009b1m\\u0007\\r\\n\"}");
        Outcome outcome = runInRoot("create", "-b", dir.toString(), "a");
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("\"?[2J?1m? \""), outcome.err());
        assertEquals(1, outcome.err().lines().count());
    }

    @Test
    void anEmptyPathIsShown() {
        assertEquals(
                "stat \"\": no such file or directory\n", runInRoot("create", "-b", "", "a").err());
    }

    @Test
    void anEmptyAndAnEndlessIdAreRefused() {
        assertTrue(runInRoot("state", "").err().startsWith("invalid container id: it is empty"));
        Outcome outcome = runInRoot("create", "x".repeat(2000));
        assertEquals(1, outcome.status());
        assertTrue(
                outcome.err().contains("2000 characters, at most 1024 are allowed"), outcome.err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"state a", "start a", "kill a", "kill a 9", "kill a --all kill", "delete a"})
    void anUnknownContainerIsToldInTheWordsCallersLookFor(String args) {
        Outcome outcome = runInRoot(args.split(" ", -1));
        assertEquals(1, outcome.status());
        assertEquals("container does not exist: a\n", outcome.err());
    }

    @Test
    void forcedDeletionOfNothingIsFine() {
        assertEquals(new Outcome(0, "", ""), runInRoot("delete", "-f", "a"));
        assertEquals(new Outcome(0, "", ""), runInRoot("delete", "a", "--force"));
    }

    @Test
    void anUnknownSignalIsRefused() {
        assertEquals("unknown signal \"SIGFOO\"\n", runInRoot("kill", "a", "SIGFOO").err());
    }

    @Test
    void anEmptyRootIsAnEmptyList() {
        assertEquals(new Outcome(0, "", ""), runInRoot("list", "-q"));
        assertEquals("[]\n", runInRoot("list", "--format", "json").out());
        assertTrue(runInRoot("list").out().startsWith("ID          PID"));
    }

    @Test
    void errorsGoToTheLogInItsFormat() throws IOException {
        Path log = dir.resolve("log.json");
        runInRoot("--log", log.toString(), "--log-format", "json", "state", "a");
        String line = Files.readString(log);
        assertTrue(
                line.startsWith("{\"level\":\"error\",\"msg\":\"container does not exist: a\""),
                line);
    }

    @Test
    void aLogThatCannotBeWrittenIsToldToo() {
        Outcome outcome = runInRoot("--log", dir + "/none/log", "list");
        assertEquals(1, outcome.status());
        assertEquals("open " + dir + "/none/log: no such file or directory\n", outcome.err());
    }

    @Test
    void aBadBundleLeavesNothing() throws IOException {
        Files.writeString(dir.resolve("config.json"), "{\"ociVersion\":\"1.2.0\"}");
        for (String[] args :
                new String[][] {
                    {"create", "a", "--bundle", dir.toString()},
                    {"create", "-b", dir.toString(), "a"},
                    {"run", "--bundle=" + dir, "a"}
                }) {
            assertEquals("config.json: process: missing\n", runInRoot(args).err());
        }
        assertTrue(Files.notExists(dir.resolve("root/a")));
    }
}
