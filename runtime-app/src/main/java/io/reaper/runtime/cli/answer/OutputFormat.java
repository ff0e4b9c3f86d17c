package io.reaper.runtime.cli.answer;

/** How {@code list} and {@code ps} answer. */
public enum OutputFormat {
    TABLE,
    JSON
}
