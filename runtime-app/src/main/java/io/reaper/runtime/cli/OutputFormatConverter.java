package io.reaper.runtime.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Values of {@code --format}. */
final class OutputFormatConverter implements ITypeConverter<OutputFormat> {

    @Override
    public OutputFormat convert(String value) {
        return switch (value) {
            case "table" -> OutputFormat.TABLE;
            case "json" -> OutputFormat.JSON;
            default ->
                    throw new TypeConversionException(
                            "\"" + value + "\" is neither table nor json");
        };
    }
}
