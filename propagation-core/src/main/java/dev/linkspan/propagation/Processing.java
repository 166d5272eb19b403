package dev.linkspan.propagation;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;

/** What the handler in this context is working on: tells a nested {@code process} from a delivery. */
final class Processing {

    private static final ContextKey<Object> KEY = ContextKey.named("linkspan-processing");
    private static final Object BATCH = new Object();

    private Processing() {}

    static Context ofMessage(Context context, Object message) {
        return context.with(KEY, message);
    }

    static Context ofBatch(Context context) {
        return context.with(KEY, BATCH);
    }

    /** Whether this message is being processed already, alone or in a batch. */
    static boolean isNested(Context current, Object message) {
        Object processed = current.get(KEY);
        return processed != null && (processed == message || processed == BATCH);
    }
}
