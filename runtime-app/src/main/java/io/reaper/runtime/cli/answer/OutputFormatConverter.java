package io.reaper.runtime.cli.answer;

import io.reaper.linux.text.Excerpt;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Values of {@code --format}. */
public final class OutputFormatConverter implements ITypeConverter<OutputFormat>, Iterable<String> {

    @Override
    public OutputFormat convert(String value) {
        return switch (value) {
            case "table" -> OutputFormat.TABLE;
            case "json" -> OutputFormat.JSON;
            default ->
                    throw new TypeConversionException(
                            Excerpt.quoted(value) + " is neither table nor json");
        };
    }

    /** For completion: the names of the enum's constants would be wrong. */
    @Override
    public Iterator<String> iterator() {
        return List.of("table", "json").iterator();
    }
}
