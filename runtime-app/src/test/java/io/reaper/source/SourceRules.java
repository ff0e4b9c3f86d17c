package io.reaper.source;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What no product source may contain: waiting for time instead of for an event, and what the native
 * image or the process model forbids. Works on text with comments and literals blanked out.
 */
final class SourceRules {

    private static final int MAX_LINES = 400;

    /**
     * Calls that end after a time. Each needs a {@code deadline:} comment in its statement or just
     * above it that says whose deadline it is.
     */
    private static final List<Pattern> TIMED =
            List.of(
                    Pattern.compile("\\b(u|nano|clock_nano)?sleep\\w*\\s*\\("),
                    Pattern.compile("\\bpark(Nanos|Until)\\b"),
                    Pattern.compile("\\b(onSpinWait|Thread\\s*\\.\\s*yield)\\b"),
                    Pattern.compile("\\bschedule(AtFixedRate|WithFixedDelay)?\\s*\\("),
                    Pattern.compile("\\b(new)?\\w*Scheduled(Executor|Thread)\\w*"),
                    Pattern.compile("@Scheduled\\b|\\bTimerTask\\b|\\bnew\\s+Timer\\s*\\("),
                    Pattern.compile("\\b(setPeriodic|setTimer|timerStream|periodicStream)\\s*\\("),
                    Pattern.compile("\\b(orTimeout|completeOnTimeout|delayedExecutor)\\s*\\("),
                    Pattern.compile("\\bDeadline\\s*\\.\\s*after\\s*\\("),
                    Pattern.compile("\\b(timerfd_\\w+|timer_create|setitimer|alarm)\\s*\\("),
                    Pattern.compile(
                            "\\b(epoll_wait|epoll_pwait2?|ppoll|p?select|sigtimedwait)\\s*\\("),
                    Pattern.compile("(?<![.\\w])poll\\s*\\(\\s*[&\\w]+\\s*,[^;{]*\\)\\s*[;)<>=!]"));

    /** {@code name(arguments)} behind a dot; which arguments make it timed, {@link #timed} says. */
    private static final Pattern CALL = Pattern.compile("(\\w+)?\\s*\\.\\s*(\\w+)\\s*\\(");

    private static final Pattern UNIT =
            Pattern.compile(
                    "(TimeUnit\\s*\\.\\s*)?(NANO|MICRO|MILLI)?(SECONDS|MINUTES|HOURS|DAYS)");

    private static final Pattern PROCESS =
            Pattern.compile(
                    "\\bProcessBuilder\\b|\\bjava\\.lang\\.Process\\b|getRuntime\\s*\\(\\s*\\)\\s*\\.\\s*exec\\b");

    /** What was made public for the packages of the kernel seam, and stays there. */
    private static final Pattern SEAM =
            Pattern.compile(
                    "\\bjava\\.lang\\.foreign\\b|\\bio\\.reaper\\.linux\\.seam\\.Kernels?\\b");

    private static final Pattern BINDING =
            Pattern.compile("\\bcom\\.fasterxml\\.jackson\\.databind\\b");

    private SourceRules() {}

    /**
     * Checks one file.
     *
     * @param path from the repository's root, with slashes
     * @return one line per violation, empty if there is none
     */
    static List<String> check(String path, String source) {
        List<String> found = new ArrayList<>();
        String code = withoutCommentsAndLiterals(source);
        long lines = source.lines().count();
        if (lines > MAX_LINES) {
            found.add(path + ": " + lines + " lines, " + MAX_LINES + " are the limit");
        }
        for (Pattern pattern : TIMED) {
            for (Matcher m = pattern.matcher(code); m.find(); ) {
                addUnlessDeadline(found, path, source, code, m.start());
            }
        }
        for (Matcher m = CALL.matcher(code); m.find(); ) {
            if (timed(m.group(1), m.group(2), arguments(code, m.end()))) {
                addUnlessDeadline(found, path, source, code, m.start(2));
            }
        }
        for (Matcher m = PROCESS.matcher(code); m.find(); ) {
            found.add(at(path, source, m.start()) + ": children are started by linux.Spawner only");
        }
        if (!path.startsWith("linux/")) {
            for (Matcher m = SEAM.matcher(code); m.find(); ) {
                found.add(at(path, source, m.start()) + ": foreign functions outside linux");
            }
        }
        for (Matcher m = BINDING.matcher(code); m.find(); ) {
            found.add(at(path, source, m.start()) + ": data binding; JSON is read by streaming");
        }
        return found;
    }

    private static boolean timed(String receiver, String name, List<String> arguments) {
        if (arguments.isEmpty()) {
            return false;
        }
        if (UNIT.matcher(arguments.getLast()).matches()) {
            return true;
        }
        return switch (name) {
            case "wait", "select" -> true;
            case "join" -> !"String".equals(receiver) && !"Collectors".equals(receiver);
            case "poll" ->
                    arguments.size() > 1; // a queue's with a unit; the kernel's with a timeout
            default -> false;
        };
    }

    private static void addUnlessDeadline(
            List<String> found, String path, String source, String code, int offset) {
        if (!excused(source, code, offset)) {
            found.add(at(path, source, offset) + ": timed wait without a 'deadline:' comment");
        }
    }

    /**
     * Whether the statement at the offset, or the comment just above it, says {@code deadline:}.
     */
    private static boolean excused(String source, String code, int offset) {
        String[] sourceLines = source.split("\n", -1);
        String[] codeLines = code.split("\n", -1);
        int line = lineOf(source, offset) - 1;
        if (sourceLines[line].contains("deadline:")) {
            return true;
        }
        for (int i = line - 1; i >= 0; i--) {
            String before = codeLines[i].strip();
            boolean ended = before.endsWith(";") || before.endsWith("{") || before.endsWith("}");
            if (ended) {
                return false;
            }
            if (sourceLines[i].contains("deadline:")) {
                return true;
            }
        }
        return false;
    }

    private static String at(String path, String source, int offset) {
        int line = lineOf(source, offset);
        return path + ":" + line + ": " + source.split("\n", -1)[line - 1].strip();
    }

    private static int lineOf(String source, int offset) {
        return (int) source.substring(0, offset).chars().filter(c -> c == '\n').count() + 1;
    }

    /** The arguments of the call whose parenthesis was opened before the offset. */
    private static List<String> arguments(String code, int offset) {
        List<String> arguments = new ArrayList<>();
        int depth = 0;
        int start = offset;
        for (int i = offset; i < code.length(); i++) {
            char c = code.charAt(i);
            if (c == '(' || c == '{' || c == '[') {
                depth++;
            } else if (depth > 0 && (c == ')' || c == '}' || c == ']')) {
                depth--;
            } else if (depth == 0 && (c == ',' || c == ')')) {
                arguments.add(code.substring(start, i).strip());
                start = i + 1;
                if (c == ')') {
                    break;
                }
            }
        }
        return arguments.size() == 1 && arguments.getFirst().isEmpty() ? List.of() : arguments;
    }

    private static final Pattern COMMENT_OR_LITERAL =
            Pattern.compile(
                    "//[^\n"
                            + "]*|/\\*.*?\\*/|\"\"\".*?\"\"\"|\"(\\\\.|[^\"\\\\\n"
                            + "])*\"|'(\\\\.|[^'\\\\\n"
                            + "])+'",
                    Pattern.DOTALL);

    /**
     * The same text with blanks in their place: offsets and lines stay. A literal stays an
     * argument.
     */
    static String withoutCommentsAndLiterals(String source) {
        return COMMENT_OR_LITERAL
                .matcher(source)
                .replaceAll(
                        match -> {
                            String text = match.group().replaceAll("[^\n]", " ");
                            return match.group().startsWith("/") ? text : "0" + text.substring(1);
                        });
    }
}
