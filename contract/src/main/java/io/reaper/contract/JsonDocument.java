package io.reaper.contract;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.InputStream;

/**
 * Parsers of JSON documents, whoever wrote them. A parser keeps the names that it has seen: in a
 * small document the same few come again, in a large one a million different ones may come, and
 * keeping them takes many times as long as reading them.
 */
public final class JsonDocument {

    private static final int SMALL =
            256 * 1024; // bytes; config.json of a container has some ten thousand

    private static final JsonFactory FORGETTING =
            JsonFactory.builder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .build();

    private JsonDocument() {}

    /** For {@link #parser}: one that knows the names of the small documents that it has read. */
    public static JsonFactory remembering() {
        return JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();
    }

    /**
     * A parser of a whole document.
     *
     * @param remembering for a small one
     */
    public static JsonParser parser(JsonFactory remembering, byte[] document) throws IOException {
        return (document.length <= SMALL ? remembering : FORGETTING).createParser(document);
    }

    /** A parser of a document of any size, as it comes: it keeps no name. */
    public static JsonParser parser(InputStream document) throws IOException {
        return FORGETTING.createParser(document);
    }
}
