package io.reaper.contract;

import io.reaper.linux.seam.LinuxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

/**
 * What was thrown, in one line for whoever called the program: no stack trace, and no name of a
 * class. What this program and the kernel say of themselves is told as it is; of the JDK's
 * exceptions only what happened, for their messages are a path, nothing, or for programmers.
 */
public final class FailureText {

    private static final String OURS = "io.reaper.";
    private static final int DEEPEST = 8;
    private static final int LONGEST = 200;
    private static final String NOTHING = "internal error: nothing more is known of it";

    private FailureText() {}

    /** Never fails, and is never empty. */
    public static String of(Throwable error) {
        try {
            return of(error, DEEPEST);
        } catch (Throwable again) {
            return NOTHING; // what has happened once, as want of memory, may happen here, too
        }
    }

    private static String of(Throwable error, int depth) {
        Throwable cause = error.getCause();
        boolean wrapping =
                error instanceof UncheckedIOException
                        || error instanceof DirectoryIteratorException
                        || error instanceof CompletionException
                        || error instanceof ExecutionException
                        || error instanceof ExceptionInInitializerError;
        if (wrapping && cause != null && depth > 0) {
            return of(cause, depth - 1);
        }
        return switch (error) {
            case ReaperException known -> oneLine(known);
            case LinuxException refused -> oneLine(refused);
            case FileSystemException file -> ofFile(file);
            case IOException failed -> plain(failed.getMessage()).orElse("input or output failed");
            case OutOfMemoryError full -> "out of memory: what was read does not fit into the heap";
            default -> "internal error" + place(error) + ": " + kind(error);
        };
    }

    private static String oneLine(RuntimeException known) {
        String message = known.getMessage();
        return message == null || message.isBlank()
                ? "internal error" + place(known) + ": an error without words"
                : message.lines().collect(Collectors.joining(" "));
    }

    private static String ofFile(FileSystemException error) {
        String file = error.getFile() == null ? "a file" : error.getFile();
        return file + ": " + reason(error);
    }

    private static String reason(FileSystemException error) {
        return switch (error) {
            case NoSuchFileException missing -> "no such file or directory";
            case NotDirectoryException other -> "not a directory";
            case AccessDeniedException denied -> "permission denied";
            case FileAlreadyExistsException there -> "file exists";
            case DirectoryNotEmptyException full -> "directory not empty";
            case FileSystemLoopException loop -> "too many levels of symbolic links";
            case NotLinkException other -> "not a symbolic link";
            default ->
                    plain(error.getReason())
                            .map(FailureText::lowerCase)
                            .orElse("input or output failed");
        };
    }

    /** The C library begins with a capital letter. */
    private static String lowerCase(String reason) {
        return reason.isEmpty()
                ? reason
                : Character.toLowerCase(reason.charAt(0)) + reason.substring(1);
    }

    private static String kind(Throwable error) {
        return switch (error) {
            case NullPointerException missing -> "a value is missing";
            case ClassCastException other -> "a value is of another kind";
            case ArithmeticException wrong -> "a number is out of range";
            case StackOverflowError deep -> "the stack is exhausted";
            case LinkageError incomplete -> "the program is incomplete";
            case VirtualMachineError failed -> "the virtual machine failed";
            case IndexOutOfBoundsException outside -> said(outside, "a position is out of range");
            case IllegalArgumentException wrong -> said(wrong, "a value is wrong");
            case IllegalStateException early -> said(early, "something is out of its order");
            case UnsupportedOperationException other -> said(other, "something is not supported");
            case AssertionError wrong -> said(wrong, "an assumption does not hold");
            default -> said(error, "an error that nobody expected");
        };
    }

    private static String said(Throwable error, String kind) {
        return plain(error.getMessage()).map(message -> kind + " (" + message + ")").orElse(kind);
    }

    /** The first line of a message of somebody else's, unless it is one for programmers. */
    private static Optional<String> plain(String message) {
        if (message == null || message.isBlank()) {
            return Optional.empty();
        }
        String line = message.lines().findFirst().orElse("").strip();
        String cut = line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
        return namesClass(cut) ? Optional.empty() : Optional.of(cut);
    }

    /** A word with a dot or a dollar sign before a capital letter is a class, too. */
    private static boolean namesClass(String text) {
        if (text.contains("Exception")
                || text.contains("Error")
                || text.contains("java")
                || text.contains(OURS)) {
            return true;
        }
        for (int i = 1; i + 1 < text.length(); i++) {
            char c = text.charAt(i);
            if ((c == '.' || c == '$')
                    && Character.isLetterOrDigit(text.charAt(i - 1))
                    && Character.isUpperCase(text.charAt(i + 1))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Where to look for a mistake of ours, in words: {@code " in state store, line 75"}. Empty if
     * nothing of ours took part.
     */
    private static String place(Throwable error) {
        for (StackTraceElement frame : error.getStackTrace()) {
            String name = frame.getClassName();
            if (name.startsWith(OURS)) {
                String simple = name.substring(name.lastIndexOf('.') + 1);
                return " in " + words(simple) + ", line " + frame.getLineNumber();
            }
        }
        return "";
    }

    private static String words(String name) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isUpperCase(c) && !words.isEmpty()) {
                words.append(' ');
            }
            if (Character.isLetter(c)) {
                words.append(Character.toLowerCase(c));
            }
        }
        return words.toString();
    }
}
