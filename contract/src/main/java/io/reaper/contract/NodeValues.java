package io.reaper.contract;

import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Where values of settings come from, the first one first; all by their names in capitals, as
 * {@code REAPER_SHIM_LOG}. An empty value counts as none.
 *
 * @param options of the container's handler
 * @param environment the value of a variable, or null
 * @param file what the settings file says
 */
record NodeValues(
        Map<String, String> options, UnaryOperator<String> environment, Map<String, String> file) {

    static final NodeValues NONE = new NodeValues(Map.of(), name -> null, Map.of());
}
