package io.reaper.runtime.cli.option;

import io.reaper.contract.ErrorCode;
import io.reaper.contract.ReaperException;
import io.reaper.contract.WorkingDirectory;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;

/** Lets no relative path in where the current directory is gone. */
public final class PathConverter implements ITypeConverter<Path> {

    @Override
    public Path convert(String value) {
        return WorkingDirectory.check(path(value));
    }

    private static Path path(String value) {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new NotAPathException(value, e);
        }
    }

    /** Nothing that a file can be called. */
    private static final class NotAPathException extends ReaperException {

        private static final long serialVersionUID = 1;

        NotAPathException(String value, InvalidPathException e) {
            super(ErrorCode.E_USAGE, "\"" + value + "\" cannot be the path of a file", e);
        }
    }
}
