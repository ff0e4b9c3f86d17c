package io.reaper.shim.group;

import static io.reaper.linux.seam.OpenFlags.O_NOFOLLOW;
import static io.reaper.linux.seam.OpenFlags.O_NONBLOCK;
import static io.reaper.linux.seam.OpenFlags.O_RDONLY;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.reaper.contract.ContainerId;
import io.reaper.contract.ErrorCode;
import io.reaper.contract.InvalidIdException;
import io.reaper.contract.JsonDocument;
import io.reaper.linux.file.Fd;
import io.reaper.linux.file.FdInput;
import io.reaper.linux.seam.Errno;
import io.reaper.linux.seam.LinuxException;
import io.reaper.shim.error.ShimException;
import io.reaper.shim.log.ShimLog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which containers share a daemon: those whose config.json names the same group in an annotation,
 * as containers of a Kubernetes pod do (containerd, runc shim's groupLabels).
 */
public final class GroupKey {

    /** The first that is there counts. */
    private static final List<String> ANNOTATIONS =
            List.of("io.containerd.runc.v2.group", "io.kubernetes.cri.sandbox-id");

    private static final String FILE = "config.json";
    private static final int SIZE_LIMIT = 16 * 1024 * 1024; // as the runtime's

    private GroupKey() {}

    /**
     * The group of a bundle's container.
     *
     * @param own the container's id: its group where no annotation names one. So it is where
     *     config.json is missing or no JSON, which is for the runtime to report when it creates
     * @throws ShimException INVALID_ARGUMENT if an annotation's value can be no id
     * @throws io.reaper.linux.seam.LinuxException if config.json cannot be read, is a link (ELOOP)
     *     or larger than 16 MiB (E2BIG)
     */
    public static ContainerId of(Path bundle, ContainerId own, ShimLog log) {
        Path config = bundle.resolve(FILE);
        // not blocking: a FIFO in its place must not hold us
        Optional<Fd> found = Fd.openIfPresent(config, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
        if (found.isEmpty()) {
            return own;
        }
        try (Fd file = found.get();
                InputStream document = new SweptInput(new FdInput(checked(file), SIZE_LIMIT));
                JsonParser json = JsonDocument.parser(document)) {
            return of(annotations(json)).orElse(own);
        } catch (IOException e) {
            log.warn(
                    config
                            + " is no JSON, the container has a daemon of its own: "
                            + ShimException.text(e));
            return own;
        }
    }

    private static Fd checked(Fd file) {
        if (file.stat().size() > SIZE_LIMIT) {
            throw new LinuxException(
                    "read more than " + SIZE_LIMIT + " bytes of", file.toString(), Errno.E2BIG);
        }
        return file;
    }

    private static Optional<ContainerId> of(Map<String, String> annotations) {
        for (String name : ANNOTATIONS) {
            String value = annotations.get(name);
            if (value != null) {
                return Optional.of(group(name, value));
            }
        }
        return Optional.empty();
    }

    private static ContainerId group(String annotation, String value) {
        try {
            return ContainerId.of(value);
        } catch (InvalidIdException e) {
            throw new ShimException(
                    ErrorCode.E_BUNDLE_INVALID,
                    ShimException.Kind.INVALID_ARGUMENT,
                    "annotation " + annotation + " of " + FILE + ": " + e.getMessage(),
                    e);
        }
    }

    /** Those that name a group; what is no string is kept as its text, which can be no id. */
    private static Map<String, String> annotations(JsonParser json) throws IOException {
        Map<String, String> found = new HashMap<>();
        if (json.nextToken() != JsonToken.START_OBJECT) {
            return found;
        }
        for (String field; (field = json.nextFieldName()) != null; ) {
            boolean isObject = json.nextToken() == JsonToken.START_OBJECT;
            if (field.equals("annotations") && isObject) {
                addStrings(json, found);
            } else {
                json.skipChildren();
            }
        }
        return found;
    }

    private static void addStrings(JsonParser json, Map<String, String> found) throws IOException {
        for (String name; (name = json.nextFieldName()) != null; ) {
            JsonToken token = json.nextToken();
            if (ANNOTATIONS.contains(name)) {
                found.put(name, token == JsonToken.VALUE_STRING ? json.getText() : "<" + token);
            }
            json.skipChildren();
        }
    }
}
