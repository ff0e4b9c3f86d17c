package io.reaper.shim.exec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Any;
import io.reaper.contract.ErrorCode;
import io.reaper.shim.error.ShimException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * The object {@code process} of the OCI runtime-spec that an Exec carries. It is for the runtime to
 * understand: here it is only known to be one object, and whether there is a terminal is the
 * request's to say (containerd's shim for runc does the same).
 */
public final class ExecSpec {

    private static final JsonFactory JSON = new JsonFactory();

    private ExecSpec() {}

    /**
     * The process as the runtime gets it.
     *
     * @param spec of whatever type URL: containerd changes the version in it
     * @return JSON for the runtime
     * @throws ShimException INVALID_ARGUMENT if it is no JSON object
     */
    public static byte[] of(Any spec, boolean terminal) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(spec.getValue().size() + 32);
        try (JsonParser parser = JSON.createParser(spec.getValue().newInput());
                JsonGenerator generator = JSON.createGenerator(out)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw ShimException.invalid(
                        ErrorCode.E_PROCESS_INVALID, "exec: the process is no JSON object");
            }
            generator.writeStartObject();
            for (String field; (field = parser.nextFieldName()) != null; ) {
                parser.nextToken();
                if (field.equals("terminal")) {
                    parser.skipChildren();
                } else {
                    generator.writeFieldName(field);
                    generator.copyCurrentStructure(parser);
                }
            }
            generator.writeBooleanField("terminal", terminal);
            generator.writeEndObject();
            if (parser.nextToken() != null) {
                throw ShimException.invalid(
                        ErrorCode.E_PROCESS_INVALID, "exec: something follows the process");
            }
        } catch (IOException e) {
            throw new ShimException(
                    ErrorCode.E_PROCESS_INVALID,
                    ShimException.Kind.INVALID_ARGUMENT,
                    "exec: the process is no JSON: " + ShimException.text(e),
                    e);
        }
        return out.toByteArray();
    }
}
