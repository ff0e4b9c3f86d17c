package io.reaper.runtime.hooks;

/** The moments at which hooks are run (runtime-spec 1.3.0, config.md, "POSIX-platform Hooks"). */
public enum HookKind {
    PRESTART("prestart"),
    CREATE_RUNTIME("createRuntime"),
    CREATE_CONTAINER("createContainer"),
    START_CONTAINER("startContainer"),
    POSTSTART("poststart"),
    POSTSTOP("poststop");

    private final String property;

    HookKind(String property) {
        this.property = property;
    }

    /** Its name below {@code hooks} in config.json. */
    public String property() {
        return property;
    }
}
