package io.reaper.runtime.cli.option;

import io.reaper.linux.text.Digits;
import io.reaper.linux.text.Excerpt;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How many of something: ASCII digits, up to 2³¹ − 1. */
public final class CountConverter implements ITypeConverter<Integer> {

    @Override
    public Integer convert(String value) {
        return (int)
                Digits.parse(value, Integer.MAX_VALUE)
                        .orElseThrow(
                                () ->
                                        new TypeConversionException(
                                                Excerpt.quoted(value)
                                                        + " is not a number from 0 to "
                                                        + Integer.MAX_VALUE));
    }
}
