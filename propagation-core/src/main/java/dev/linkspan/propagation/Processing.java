package dev.linkspan.propagation;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import org.jspecify.annotations.Nullable;

/** What the handler in this context is working on: tells a nested {@code process} from a delivery. */
final class Processing {

    private static final ContextKey<Object> KEY = ContextKey.named("linkspan-processing");

    private Processing() {}

    static Context ofMessage(Context context, Object message) {
        return context.with(KEY, message);
    }

    static Context ofBatch(Context context, String system) {
        return context.with(KEY, new Batch(system));
    }

    /** The one message that is being processed; null if there is none, or a batch. */
    static @Nullable Object message(Context current) {
        Object processed = current.get(KEY);
        return processed instanceof Batch ? null : processed;
    }

    /** Whether this message is being processed already, alone or in a batch of the same broker. */
    static boolean isNested(Context current, @Nullable Object message, String system) {
        Object processed = current.get(KEY);
        return processed instanceof Batch batch
                ? batch.system.equals(system)
                : processed != null && processed == message;
    }

    private record Batch(String system) {}
}
