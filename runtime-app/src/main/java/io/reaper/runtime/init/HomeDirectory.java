package io.reaper.runtime.init;

import io.reaper.linux.credential.PasswordFile;
import io.reaper.linux.seam.LinuxException;
import java.util.ArrayList;
import java.util.List;

/** The variable HOME, where neither configuration nor {@code create} has given one. */
final class HomeDirectory {

    private static final String HOME = "HOME=";
    private static final String NONE = "/";

    private HomeDirectory() {}

    /**
     * The variables with HOME: that of the user in the root directory's {@code /etc/passwd}, or "/"
     * if that does not tell.
     *
     * @param uid unsigned
     */
    static List<String> in(List<String> env, int uid) {
        for (String entry : env) {
            if (entry.startsWith(HOME)) {
                return env;
            }
        }
        List<String> complete = new ArrayList<>(env);
        complete.add(HOME + of(uid));
        return complete;
    }

    private static String of(int uid) {
        try {
            return PasswordFile.ofRoot().home(uid).orElse(NONE);
        } catch (LinuxException e) {
            return NONE; // an image need not have one, nor the user be allowed to read it
        }
    }
}
