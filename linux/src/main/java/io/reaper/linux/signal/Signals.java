package io.reaper.linux.signal;

import io.reaper.linux.text.Excerpt;
import java.util.List;
import java.util.Locale;

/** Signal names and numbers ({@code signal(7)}; x86-64 and aarch64 agree). */
public final class Signals {

    public static final int SIGHUP = 1;
    public static final int SIGINT = 2;
    public static final int SIGKILL = 9;
    public static final int SIGUSR1 = 10;
    public static final int SIGPIPE = 13;
    public static final int SIGTERM = 15;
    public static final int SIGSTOP = 19;
    public static final int SIGTTOU = 22;
    public static final int SIGWINCH = 28;

    private static final List<String> NAMES =
            List.of(
                    "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1",
                    "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP",
                    "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
                    "PWR", "SYS");

    private static final int REALTIME_MIN = 34; // glibc keeps 32 and 33
    private static final int LAST = 64;

    private Signals() {}

    /**
     * A number from 0 to 64, or a name with or without SIG in any case; RTMIN, RTMIN+n, RTMAX,
     * RTMAX-n.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static int parse(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        if (name.startsWith("SIG")) {
            name = name.substring(3);
        }
        int known = NAMES.indexOf(name);
        if (known > 0) {
            return known;
        }
        int number =
                switch (name) {
                    case "IOT" -> NAMES.indexOf("ABRT");
                    case "POLL" -> NAMES.indexOf("IO");
                    case "CLD" -> NAMES.indexOf("CHLD");
                    default -> numeric(name);
                };
        if (number < 0 || number > LAST) {
            throw new IllegalArgumentException("unknown signal " + Excerpt.quoted(text));
        }
        return number;
    }

    private static int numeric(String name) {
        if (name.startsWith("RTMIN")) {
            return name.length() == 5 ? REALTIME_MIN : realtime(REALTIME_MIN, name.substring(5));
        }
        if (name.startsWith("RTMAX")) {
            return name.length() == 5 ? LAST : realtime(LAST, name.substring(5));
        }
        boolean digits = !name.isEmpty() && name.length() <= 3 && allDigits(name);
        return digits ? Integer.parseInt(name) : -1;
    }

    private static int realtime(int base, String offset) {
        boolean signed = offset.charAt(0) == '+' || offset.charAt(0) == '-';
        if (!signed
                || offset.length() < 2
                || offset.length() > 3
                || !allDigits(offset.substring(1))) {
            return -1;
        }
        int number = base + Integer.parseInt(offset);
        return number < REALTIME_MIN ? -1 : number;
    }

    private static boolean allDigits(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** {@code SIGTERM}, {@code SIGRTMIN+3}, or {@code signal 99}. */
    public static String name(int signal) {
        if (signal > 0 && signal < NAMES.size()) {
            return "SIG" + NAMES.get(signal);
        }
        if (signal >= REALTIME_MIN && signal <= LAST) {
            return signal == REALTIME_MIN ? "SIGRTMIN" : "SIGRTMIN+" + (signal - REALTIME_MIN);
        }
        return "signal " + signal;
    }

    /** Whether a process that did nothing about it ends by this signal. */
    public static boolean terminatesByDefault(int signal) {
        if (signal <= 0) {
            return false;
        }
        if (signal >= NAMES.size()) {
            return true;
        }
        return switch (NAMES.get(signal)) {
            case "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "WINCH" -> false;
            default -> true;
        };
    }
}
