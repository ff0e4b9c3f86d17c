package io.reaper.shim.runtime;

import io.reaper.contract.ErrorCode;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.error.ShimException.Kind;
import java.util.Locale;

/** Turns what a runtime says into a class of error, by the words that containerd matches on. */
final class RuntimeFailure {

    private RuntimeFailure() {}

    static ShimException of(ErrorCode code, String verb, String message) {
        return new ShimException(
                code, kind(verb, message), "OCI runtime " + verb + " failed: " + message);
    }

    private static Kind kind(String verb, String message) {
        String text = message.toLowerCase(Locale.ROOT);
        if (verb.equals("create")) {
            return text.contains("already exists") ? Kind.ALREADY_EXISTS : Kind.FAILED;
        }
        if (verb.equals("start")) {
            return text.contains("container does not exist") ? Kind.NOT_FOUND : Kind.FAILED;
        }
        if (verb.equals("exec")) {
            return refusesExec(text) ? Kind.FAILED_PRECONDITION : Kind.FAILED;
        }
        boolean gone =
                text.contains("does not exist")
                        || text.contains("not running")
                        || text.contains("process already finished")
                        || text.contains("no such process");
        return gone ? Kind.NOT_FOUND : Kind.FAILED;
    }

    /** For what the container is, not for what the process is. */
    private static boolean refusesExec(String text) {
        return text.contains("container does not exist")
                || text.contains("container not running")
                || text.contains("stopped container")
                || text.contains("has stopped")
                || text.contains("paused container");
    }
}
