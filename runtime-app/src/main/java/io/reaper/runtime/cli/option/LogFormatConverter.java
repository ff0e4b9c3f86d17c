package io.reaper.runtime.cli.option;

import io.reaper.linux.text.Excerpt;
import io.reaper.runtime.log.LogFormat;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Values of {@code --log-format}. */
final class LogFormatConverter implements ITypeConverter<LogFormat>, Iterable<String> {

    @Override
    public LogFormat convert(String value) {
        return switch (value) {
            case "text" -> LogFormat.TEXT;
            case "json" -> LogFormat.JSON;
            default ->
                    throw new TypeConversionException(
                            Excerpt.quoted(value) + " is neither text nor json");
        };
    }

    /** For completion: the names of the enum's constants would be wrong. */
    @Override
    public Iterator<String> iterator() {
        return List.of("text", "json").iterator();
    }
}
