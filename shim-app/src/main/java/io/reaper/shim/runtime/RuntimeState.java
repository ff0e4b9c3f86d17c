package io.reaper.shim.runtime;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.reaper.contract.ErrorCode;
import io.reaper.shim.error.ShimException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What {@code state} prints (OCI runtime-spec, chapter "State"), as far as the shim needs it.
 *
 * @param status creating, created, running, paused or stopped
 * @param pid of the init process; some runtimes say 0 once it has ended
 */
record RuntimeState(String status, int pid, Path bundle) {

    private static final JsonFactory JSON = new JsonFactory();

    static RuntimeState parse(String json) {
        String status = "";
        int pid = 0;
        String bundle = "";
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw unreadable(json, null);
            }
            for (String field; (field = parser.nextFieldName()) != null; ) {
                parser.nextToken();
                switch (field) {
                    case "status" -> status = parser.getText();
                    case "pid" -> pid = parser.getIntValue();
                    case "bundle" -> bundle = parser.getText();
                    default -> parser.skipChildren();
                }
            }
        } catch (IOException e) {
            throw unreadable(json, e);
        }
        if (status.isEmpty() || bundle.isEmpty()) {
            throw unreadable(json, null);
        }
        return new RuntimeState(status, pid, Path.of(bundle));
    }

    private static ShimException unreadable(String json, IOException cause) {
        String start = json.substring(0, Math.min(80, json.length())).replace('\n', ' ');
        return new ShimException(
                ErrorCode.E_RUNTIME_ANSWER,
                ShimException.Kind.FAILED,
                "the OCI runtime's state is not what the OCI specification asks for: " + start,
                cause);
    }
}
