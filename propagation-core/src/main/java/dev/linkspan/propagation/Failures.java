package dev.linkspan.propagation;

import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** What a span says of an exception. Its text can hold a whole message, so it is bounded like any other. */
final class Failures {

    private static final int MAX_CAUSES = 8;
    private static final int MAX_FRAMES = 50;

    private Failures() {}

    /** The exception that says what happened, not the future that carried it. */
    static String typeOf(Throwable error) {
        Throwable cause =
                error instanceof CompletionException || error instanceof ExecutionException ? error.getCause() : null;
        return nameOf((cause == null ? error : cause).getClass());
    }

    static String nameOf(Class<? extends Throwable> type) {
        String name = type.getCanonicalName();
        return name == null ? type.getName() : name;
    }

    static String messageOf(Throwable error, int maxLength) {
        String message = error.getMessage();
        return message == null ? "" : Text.cut(message, maxLength);
    }

    /**
     * Adds the exception event.
     *
     * @param more what it says besides the exception
     */
    static void record(Throwable error, Span span, int maxLength, Attributes more) {
        if (isShort(error, maxLength)) {
            span.recordException(error, more);
        } else {
            span.recordException(
                    error,
                    more.toBuilder()
                            .put(stringKey("exception.message"), messageOf(error, maxLength))
                            .put(stringKey("exception.stacktrace"), stackTrace(error, maxLength))
                            .build());
        }
    }

    private static boolean isShort(Throwable error, int maxLength) {
        Throwable each = error;
        for (int i = 0; i < MAX_CAUSES && each != null; i++) {
            String message = each.getMessage();
            if ((message != null && message.length() > maxLength) || each.getSuppressed().length > 0) {
                return false;
            }
            each = each.getCause();
        }
        return each == null;
    }

    private static String stackTrace(Throwable error, int maxLength) {
        StringBuilder text = new StringBuilder();
        @Nullable Throwable each = error;
        for (int i = 0; i < MAX_CAUSES && each != null; i++) {
            text.append(i == 0 ? "" : "Caused by: ")
                    .append(each.getClass().getName())
                    .append(": ")
                    .append(messageOf(each, maxLength))
                    .append('\n');
            StackTraceElement[] frames = each.getStackTrace();
            for (int frame = 0; frame < frames.length && frame < MAX_FRAMES; frame++) {
                text.append("\tat ").append(frames[frame]).append('\n');
            }
            if (frames.length > MAX_FRAMES) {
                text.append("\t... ").append(frames.length - MAX_FRAMES).append(" more\n");
            }
            each = each.getCause();
        }
        return text.toString();
    }
}
