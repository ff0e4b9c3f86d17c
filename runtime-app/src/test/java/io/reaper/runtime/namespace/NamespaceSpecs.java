package io.reaper.runtime.namespace;

import io.reaper.contract.Isolation;
import io.reaper.runtime.bundle.IsolationSpec;
import io.reaper.runtime.bundle.SpecReader;
import java.nio.charset.StandardCharsets;

/** Configurations for tests: the parts that they are about, and around them what must be there. */
final class NamespaceSpecs {

    private NamespaceSpecs() {}

    /**
     * Reads one.
     *
     * @param parts properties of the document, with a comma behind each
     */
    static IsolationSpec of(String parts) {
        String document =
                "{"
                        + parts
                        + "\"ociVersion\":\"1.3.0\",\"process\":{\"cwd\":\"/\",\"args\":[\"x\"],"
                        + "\"user\":{\"uid\":0,\"gid\":0}}}";
        return SpecReader.read(
                        "config.json", document.getBytes(StandardCharsets.UTF_8), Isolation.OCI)
                .isolation()
                .orElseThrow();
    }
}
