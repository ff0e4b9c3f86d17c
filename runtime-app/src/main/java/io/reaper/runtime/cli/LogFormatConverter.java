package io.reaper.runtime.cli;

import io.reaper.runtime.log.LogFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Values of {@code --log-format}. */
final class LogFormatConverter implements ITypeConverter<LogFormat> {

    @Override
    public LogFormat convert(String value) {
        return switch (value) {
            case "text" -> LogFormat.TEXT;
            case "json" -> LogFormat.JSON;
            default ->
                    throw new TypeConversionException("\"" + value + "\" is neither text nor json");
        };
    }
}
