package io.reaper.runtime.bundle;

/** A configuration that cannot be run; the message names file, property and what is wrong. */
public final class SpecException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /**
     * Names what is wrong where.
     *
     * @param file the configuration as the user knows it
     * @param property JSON path such as {@code process.args[1]}; empty for the whole file
     * @param problem what is wrong
     */
    public SpecException(String file, String property, String problem) {
        super(file + ": " + (property.isEmpty() ? "" : property + ": ") + problem);
    }
}
