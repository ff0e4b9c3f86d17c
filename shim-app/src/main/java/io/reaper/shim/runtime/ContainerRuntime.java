package io.reaper.shim.runtime;

import java.nio.file.Path;
import java.util.Map;

/**
 * The runtime of one container, as configured when the container was made.
 *
 * @param commands what it can do
 * @param path of its program, or its bare name
 * @param root where it keeps its state
 * @param settings of the handler's options, which its commands get as variables
 */
public record ContainerRuntime(
        OciRuntime commands, String path, Path root, Map<String, String> settings) {}
