package io.reaper.runtime.log;

/** The two forms of a log line, those of runc's logger. */
public enum LogFormat {
    /** {@code time="2026-01-02T03:04:05Z" level=error msg="container does not exist: a"} */
    TEXT,
    /**
     * {@code {"level":"error","msg":"container does not exist: a","time":"2026-01-02T03:04:05Z"}}
     */
    JSON
}
