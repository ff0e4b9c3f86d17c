package io.reaper.shim.bench;

import java.time.Duration;
import java.util.List;

/**
 * How much is measured.
 *
 * @param verbRounds lives of a container for each runtime and bundle
 * @param runRounds `ctr run` for each shim and kind of container
 * @param burstRounds how often {@code burst} containers are started at once
 * @param sequence containers one after another
 * @param counts how many containers run when memory is read, ascending
 * @param settle from the last request until memory is read
 * @param lives of containers whose end is timed, for each shim
 * @param idle how long an idle shim is watched
 * @param execs processes added to a running container, for each shim and way of asking
 * @param streamRounds how often each stream is measured
 * @param streamMegabytes how much goes through a pipe in a round, 10⁶ bytes; a terminal gets an
 *     eighth
 */
record Plan(
        int verbRounds,
        int runRounds,
        int burstRounds,
        int burst,
        int sequence,
        List<Integer> counts,
        Duration settle,
        int lives,
        Duration idle,
        int execs,
        int streamRounds,
        int streamMegabytes) {

    static final Plan FULL =
            new Plan(
                    60,
                    30,
                    3,
                    30,
                    100,
                    List.of(1, 10, 50),
                    Duration.ofSeconds(10),
                    400,
                    Duration.ofSeconds(60),
                    60,
                    10,
                    400);

    static final Plan QUICK =
            new Plan(
                    10,
                    8,
                    1,
                    30,
                    20,
                    List.of(1, 10),
                    Duration.ofSeconds(10),
                    60,
                    Duration.ofSeconds(10),
                    15,
                    3,
                    160);

    /** For JVM mode, whose every command takes hundreds of milliseconds. */
    static final Plan OF_LAUNCHERS =
            new Plan(
                    3,
                    2,
                    1,
                    5,
                    5,
                    List.of(1),
                    Duration.ofSeconds(10),
                    10,
                    Duration.ofSeconds(10),
                    3,
                    2,
                    80);

    @Override
    public String toString() {
        return """
        %d rounds of verbs and %d of single runs; %d of %d containers at once; %d containers one after another; ends of \
        %d containers; %d s idle; %d execs of each kind; %d rounds of streams\
        """
                .formatted(
                        verbRounds,
                        runRounds,
                        burstRounds,
                        burst,
                        sequence,
                        lives,
                        idle.toSeconds(),
                        execs,
                        streamRounds);
    }
}
