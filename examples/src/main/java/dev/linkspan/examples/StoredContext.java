package dev.linkspan.examples;

import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.propagation.PayloadCarrier;
import java.util.HashMap;
import java.util.Map;

/** A context where there are no headers, such as in a column of a table. */
public final class StoredContext {

    private StoredContext() {}

    /** The current context as text. */
    public static String column(MessagingTelemetry messaging) {
        Map<String, Object> context = new HashMap<>();
        messaging.inject(PayloadCarrier.ofMap(), context);
        String column = PayloadCarrier.toJson(context); // {"traceparent":"00-..."}
        return column;
    }
}
