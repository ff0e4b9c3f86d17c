package io.reaper.contract;

/** A setting that cannot be used; the message names key, value and what is allowed. */
public final class SettingsException extends ReaperException {

    private static final long serialVersionUID = 1;

    public SettingsException(String message) {
        super(ErrorCode.E_SETTING_INVALID, message);
    }
}
