package io.reaper.shim.vertx;

import io.netty.util.internal.logging.AbstractInternalLogger;
import io.netty.util.internal.logging.FormattingTuple;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.MessageFormatter;
import io.reaper.contract.FailureText;
import java.io.Serial;
import java.util.function.Consumer;

/**
 * What Netty says: problems go to our log, the rest nowhere. A log manager of the platform would
 * cost each daemon a thread and its start-up time.
 */
final class NettyLog extends InternalLoggerFactory {

    private final Consumer<String> problems;

    private NettyLog(Consumer<String> problems) {
        this.problems = problems;
    }

    /** For all of Netty in this process, as far as it has not made its loggers yet. */
    static void install(Consumer<String> problems) {
        InternalLoggerFactory.setDefaultFactory(new NettyLog(problems));
    }

    @Override
    protected InternalLogger newInstance(String name) {
        return new ProblemLogger(name, problems);
    }

    /** Formats as Netty's loggers do: {@code {}} stands for an argument. */
    private static final class ProblemLogger extends AbstractInternalLogger {
        @Serial private static final long serialVersionUID = 1;

        private final transient Consumer<String> problems;

        ProblemLogger(String name, Consumer<String> problems) {
            super(name);
            this.problems = problems;
        }

        private void tell(FormattingTuple said) {
            tell(said.getMessage(), said.getThrowable());
        }

        private void tell(String message, Throwable cause) {
            problems.accept(
                    "netty: " + message + (cause == null ? "" : ": " + FailureText.of(cause)));
        }

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public void trace(String message) {}

        @Override
        public void trace(String format, Object arg) {}

        @Override
        public void trace(String format, Object argA, Object argB) {}

        @Override
        public void trace(String format, Object... arguments) {}

        @Override
        public void trace(String message, Throwable cause) {}

        @Override
        public boolean isDebugEnabled() {
            return false;
        }

        @Override
        public void debug(String message) {}

        @Override
        public void debug(String format, Object arg) {}

        @Override
        public void debug(String format, Object argA, Object argB) {}

        @Override
        public void debug(String format, Object... arguments) {}

        @Override
        public void debug(String message, Throwable cause) {}

        @Override
        public boolean isInfoEnabled() {
            return false;
        }

        @Override
        public void info(String message) {}

        @Override
        public void info(String format, Object arg) {}

        @Override
        public void info(String format, Object argA, Object argB) {}

        @Override
        public void info(String format, Object... arguments) {}

        @Override
        public void info(String message, Throwable cause) {}

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public void warn(String message) {
            tell(message, null);
        }

        @Override
        public void warn(String format, Object arg) {
            tell(MessageFormatter.format(format, arg));
        }

        @Override
        public void warn(String format, Object argA, Object argB) {
            tell(MessageFormatter.format(format, argA, argB));
        }

        @Override
        public void warn(String format, Object... arguments) {
            tell(MessageFormatter.arrayFormat(format, arguments));
        }

        @Override
        public void warn(String message, Throwable cause) {
            tell(message, cause);
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }

        @Override
        public void error(String message) {
            tell(message, null);
        }

        @Override
        public void error(String format, Object arg) {
            tell(MessageFormatter.format(format, arg));
        }

        @Override
        public void error(String format, Object argA, Object argB) {
            tell(MessageFormatter.format(format, argA, argB));
        }

        @Override
        public void error(String format, Object... arguments) {
            tell(MessageFormatter.arrayFormat(format, arguments));
        }

        @Override
        public void error(String message, Throwable cause) {
            tell(message, cause);
        }
    }
}
