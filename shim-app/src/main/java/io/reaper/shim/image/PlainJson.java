package io.reaper.shim.image;

import com.oracle.svm.core.annotate.Alias;
import com.oracle.svm.core.annotate.RecomputeFieldValue;
import com.oracle.svm.core.annotate.RecomputeFieldValue.Kind;
import com.oracle.svm.core.annotate.TargetClass;
import io.vertx.core.json.Json;
import io.vertx.core.json.jackson.JacksonCodec;
import io.vertx.core.spi.json.JsonCodec;

/** JSON by streaming for Vert.x' options, which would choose data binding since it is there. */
@TargetClass(Json.class)
final class PlainJson {

    @Alias
    @RecomputeFieldValue(kind = Kind.FromAlias, isFinal = true)
    public static JsonCodec CODEC = new JacksonCodec();

    private PlainJson() {}
}
