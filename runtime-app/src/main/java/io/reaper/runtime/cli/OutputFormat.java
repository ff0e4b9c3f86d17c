package io.reaper.runtime.cli;

/** How {@code list} and {@code ps} answer. */
enum OutputFormat {
    TABLE,
    JSON
}
