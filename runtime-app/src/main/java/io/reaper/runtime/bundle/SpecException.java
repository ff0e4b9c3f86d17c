package io.reaper.runtime.bundle;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.ReaperException;
import io.reaper.linux.text.Excerpt;

/** A configuration that cannot be run; the message names file, property and what is wrong. */
public final class SpecException extends ReaperException {

    private static final long serialVersionUID = 1;

    /**
     * Names what is wrong where.
     *
     * @param code what the error is called
     * @param file the configuration as the user knows it
     * @param property JSON path such as {@code process.args[1]}; empty for the whole file
     * @param problem what is wrong
     */
    public SpecException(ErrorCode code, String file, String property, String problem) {
        super(
                code,
                Excerpt.of(file)
                        + ": "
                        + (property.isEmpty() ? "" : Excerpt.of(property) + ": ")
                        + problem);
    }
}
