package io.reaper.linux.seam;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The list of {@link SeamChecks} on the JVM's side; {@link NativeSeamTest} has the other one. */
class SeamTest {

    @TestFactory
    Stream<DynamicTest> theSeamOnTheJvm() {
        return SeamChecks.all().stream()
                .map(
                        check ->
                                DynamicTest.dynamicTest(
                                        check.name(),
                                        () -> assertEquals(check.expectedLine(), check.line())));
    }
}
