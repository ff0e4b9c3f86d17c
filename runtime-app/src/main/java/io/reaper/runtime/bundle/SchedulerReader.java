package io.reaper.runtime.bundle;

import io.reaper.linux.process.Scheduling;
import io.reaper.linux.text.Excerpt;

/** Reads {@code process.scheduler}; the numbers are those of {@code sched_setattr(2)}. */
final class SchedulerReader {

    private static final int SCHED_OTHER = 0;
    private static final int SCHED_FIFO = 1;
    private static final int SCHED_RR = 2;
    private static final int SCHED_BATCH = 3;
    private static final int SCHED_ISO = 4;
    private static final int SCHED_IDLE = 5;
    private static final int SCHED_DEADLINE = 6;
    private static final int NO_POLICY = -1;

    private SchedulerReader() {}

    static Scheduling.Attributes read(JsonInput json, String prefix) {
        int policy = NO_POLICY;
        long flags = 0;
        int nice = 0;
        int priority = 0;
        long runtime = 0;
        long deadline = 0;
        long period = 0;
        json.enterObject();
        while (json.nextProperty()) {
            switch (json.property()) {
                case "policy" -> policy = policy(json);
                case "nice" -> nice = json.int32(-20, 19);
                case "priority" -> priority = json.int32(0, 99);
                case "flags" -> flags = flags(json);
                case "runtime" -> runtime = json.unsigned64();
                case "deadline" -> deadline = json.unsigned64();
                case "period" -> period = json.unsigned64();
                default -> json.skip();
            }
        }
        if (policy == NO_POLICY) {
            throw json.wrong(prefix + "scheduler.policy", "missing");
        }
        if (priority != 0 && policy != SCHED_FIFO && policy != SCHED_RR) {
            throw json.wrong(prefix + "scheduler.priority", "only for SCHED_FIFO and SCHED_RR");
        }
        if (policy != SCHED_DEADLINE && (runtime | deadline | period) != 0) {
            throw json.wrong(
                    prefix + "scheduler",
                    "runtime, deadline and period are only for SCHED_DEADLINE");
        }
        return new Scheduling.Attributes(policy, flags, nice, priority, runtime, deadline, period);
    }

    private static int policy(JsonInput json) {
        String name = json.string();
        return switch (name) {
            case "SCHED_OTHER" -> SCHED_OTHER;
            case "SCHED_FIFO" -> SCHED_FIFO;
            case "SCHED_RR" -> SCHED_RR;
            case "SCHED_BATCH" -> SCHED_BATCH;
            case "SCHED_ISO" -> SCHED_ISO;
            case "SCHED_IDLE" -> SCHED_IDLE;
            case "SCHED_DEADLINE" -> SCHED_DEADLINE;
            default -> throw json.wrong("unknown policy " + Excerpt.quoted(name));
        };
    }

    private static long flags(JsonInput json) {
        long flags = 0;
        json.enterArray();
        while (json.nextElement()) {
            String name = json.string();
            flags |=
                    switch (name) {
                        case "SCHED_FLAG_RESET_ON_FORK" -> 0x01;
                        case "SCHED_FLAG_RECLAIM" -> 0x02;
                        case "SCHED_FLAG_DL_OVERRUN" -> 0x04;
                        case "SCHED_FLAG_KEEP_POLICY" -> 0x08;
                        case "SCHED_FLAG_KEEP_PARAMS" -> 0x10;
                        case "SCHED_FLAG_UTIL_CLAMP_MIN" -> 0x20;
                        case "SCHED_FLAG_UTIL_CLAMP_MAX" -> 0x40;
                        default -> throw json.wrong("unknown flag " + Excerpt.quoted(name));
                    };
        }
        return flags;
    }
}
