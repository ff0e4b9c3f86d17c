package io.reaper.shim.cli;

import io.reaper.shim.vertx.ShimVertx;
import java.lang.reflect.Field;
import org.graalvm.nativeimage.hosted.Feature;
import org.graalvm.nativeimage.hosted.RuntimeReflection;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Tells the image builder, which alone loads this class, the fields that picocli sets by
 * reflection: those of the prepared commands. Quarkus has a list of its own, which brings in what
 * only an application under the framework needs; the build leaves it out.
 */
final class CommandFields implements Feature {

    @Override
    public void beforeAnalysis(BeforeAnalysisAccess access) {
        register(new ShimCommandLine(ShimVertx::create).model().getCommandSpec());
    }

    private static void register(CommandSpec command) {
        registerFields(command.userObject().getClass());
        command.mixins().values().forEach(CommandFields::register);
        command.subcommands().values().forEach(sub -> register(sub.getCommandSpec()));
    }

    private static void registerFields(Class<?> type) {
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (field.getAnnotations().length > 0) {
                    RuntimeReflection.register(field);
                }
            }
        }
    }
}
