package dev.linkspan.propagation;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the handler in this context is working on. Tells a context that was copied from the message at hand from one that
 * was made for a new message, and a nested {@code process} from a delivery.
 */
final class Processing {

    static final ContextKey<Processing> KEY = ContextKey.named("linkspan-processing");

    private final Predicate<SpanContext> brought;
    /** Null: any, for a batch. */
    private final @Nullable Object message;

    private Processing(Predicate<SpanContext> brought, @Nullable Object message) {
        this.brought = brought;
        this.message = message;
    }

    static Processing ofMessage(Object message, SpanContext context) {
        return new Processing(other -> BoundedLinks.sameSpan(context, other), message);
    }

    /** @param brought whether a message of the batch brought a context */
    static Processing ofBatch(Predicate<SpanContext> brought) {
        return new Processing(brought, null);
    }

    /** Whether a message now being processed brought this very context. */
    static boolean brought(Context current, SpanContext context) {
        Processing processing = current.get(KEY);
        return processing != null && processing.brought.test(context);
    }

    /** Whether this message is being processed already, alone or in a batch. */
    static boolean isNested(Context current, Object message) {
        Processing processing = current.get(KEY);
        return processing != null && (processing.message == null || processing.message == message);
    }
}
