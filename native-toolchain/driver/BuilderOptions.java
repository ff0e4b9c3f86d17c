package io.reaper.toolchain;

import com.oracle.svm.core.option.APIOption;
import com.oracle.svm.core.option.APIOption.APIOptionKind;
import com.oracle.svm.core.option.APIOptionGroup;
import com.oracle.svm.core.option.HostedOptionKey;

import jdk.graal.compiler.options.OptionDescriptor;
import jdk.graal.compiler.options.OptionDescriptors;

import java.lang.reflect.Constructor;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;

/**
 * The options that users write ({@code --no-fallback}, {@code -Os}), and the builder's own option
 * behind each ({@code -H:…}). Read from the annotations of the builder's classes, so that there is
 * no list here to keep up to date.
 */
final class BuilderOptions {

    /**
     * @param target the builder's option up to its name, with the sign of a flag:
     *     "-H:+ReportExceptionStackTraces"
     * @param flag whether it takes no value
     */
    private record Option(APIOption declaration, String target, boolean flag) {

        boolean separates(char separator) {
            return new String(declaration.valueSeparator()).indexOf(separator) >= 0;
        }

        String argument(String name, String value, String origin)
                throws ReflectiveOperationException {
            if (flag) {
                return target + "@" + origin;
            }
            Object converted = value;
            if (declaration.fixedValue().length > 0) {
                converted = declaration.fixedValue()[0];
            } else if (value == null && declaration.defaultValue().length > 0) {
                converted = declaration.defaultValue()[0];
            }
            if (converted == null) {
                throw new IllegalArgumentException("option " + name + " needs a value");
            }
            for (Class<? extends Function<Object, Object>> step : declaration.valueTransformer()) {
                converted = instance(step).apply(converted);
            }
            return target + "@" + origin + "=" + converted;
        }
    }

    private final Map<String, Option> options;

    private BuilderOptions(Map<String, Option> options) {
        this.options = options;
    }

    static BuilderOptions load() throws ReflectiveOperationException {
        Map<String, Option> found = new HashMap<>();
        for (OptionDescriptors descriptors :
                ServiceLoader.load(ModuleLayer.boot(), OptionDescriptors.class)) {
            for (OptionDescriptor descriptor : descriptors) {
                add(found, descriptor);
            }
        }
        return new BuilderOptions(found);
    }

    private static void add(Map<String, Option> found, OptionDescriptor descriptor)
            throws ReflectiveOperationException {
        APIOption[] declarations;
        try {
            declarations =
                    descriptor
                            .getDeclaringClass()
                            .getDeclaredField(descriptor.getFieldName())
                            .getAnnotationsByType(APIOption.class);
        } catch (NoSuchFieldException | LinkageError e) {
            return; // of a part of the builder that is not on Maven Central
        }
        boolean flag = descriptor.getOptionValueType() == Boolean.class;
        for (APIOption declaration : declarations) {
            String sign = flag ? declaration.kind() == APIOptionKind.Negated ? "-" : "+" : "";
            String prefix = descriptor.getOptionKey() instanceof HostedOptionKey ? "-H:" : "-R:";
            Option option = new Option(declaration, prefix + sign + descriptor.getName(), flag);
            for (String name : declaration.name()) {
                found.put(written(declaration, name), option);
            }
        }
    }

    /** As users write it: "-O", "--features"; members of a group are "--GROUP=NAME". */
    private static String written(APIOption declaration, String name)
            throws ReflectiveOperationException {
        if (declaration.group() != APIOption.NullGroup.class) {
            APIOptionGroup group = instance(declaration.group());
            return "--" + group.name() + group.valueSeparator() + name;
        }
        return name.startsWith("-") ? name : "--" + name;
    }

    /**
     * The builder's form of {@code argument}, or empty when it is no option of the builder.
     *
     * @param rest the arguments behind it: a value that stands by itself is taken off
     * @param origin who set it; the builder names it in its messages
     */
    Optional<String> translate(String argument, Deque<String> rest, String origin)
            throws ReflectiveOperationException {
        Option option = options.get(argument);
        if (option != null) {
            boolean apart =
                    !option.flag()
                            && option.separates(' ')
                            && option.declaration().defaultValue().length == 0;
            return Optional.of(option.argument(argument, apart ? rest.poll() : null, origin));
        }
        for (Map.Entry<String, Option> entry : options.entrySet()) {
            for (char separator : entry.getValue().declaration().valueSeparator()) {
                String name =
                        entry.getKey() + (separator == APIOption.NO_SEPARATOR ? "" : separator);
                if (argument.startsWith(name) && argument.length() > name.length()) {
                    String value = argument.substring(name.length());
                    return Optional.of(entry.getValue().argument(entry.getKey(), value, origin));
                }
            }
        }
        return Optional.empty();
    }

    private static <T> T instance(Class<T> type) throws ReflectiveOperationException {
        Constructor<T> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }
}
