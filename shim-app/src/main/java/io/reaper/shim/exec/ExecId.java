package io.reaper.shim.exec;

import io.reaper.contract.ErrorCode;
import io.reaper.shim.error.ShimException;
import java.util.regex.Pattern;

/**
 * The id of an exec, safe as a part of a file name: containerd's rule for identifiers (its package
 * identifiers).
 *
 * @param value 1 to 76 letters and digits, with single {@code _ . -} between them
 */
public record ExecId(String value) {

    private static final int MAX_LENGTH = 76;
    private static final Pattern RULE = Pattern.compile("[A-Za-z0-9]+(?:[_.-][A-Za-z0-9]+)*");

    /**
     * An id that keeps the rule.
     *
     * @throws ShimException INVALID_ARGUMENT with the reason
     */
    public static ExecId of(String value) {
        if (value.isEmpty()) {
            throw ShimException.invalid(ErrorCode.E_ID_INVALID, "invalid exec id: it is empty");
        }
        if (value.length() > MAX_LENGTH) {
            throw ShimException.invalid(
                    ErrorCode.E_ID_INVALID,
                    "invalid exec id: %d characters, at most %d are allowed"
                            .formatted(value.length(), MAX_LENGTH));
        }
        if (!RULE.matcher(value).matches()) {
            throw ShimException.invalid(
                    ErrorCode.E_ID_INVALID,
                    "invalid exec id \"%s\": only letters, digits and single _ - . between them"
                            .formatted(value.replaceAll("\\p{Cntrl}", "?")));
        }
        return new ExecId(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
