package dev.linkspan.sqs;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A received message's attributes, and behind them those in the SNS envelope that is its body. */
record SqsSnsHeaders(SqsHeaders message, Map<String, String> envelope) implements SqsHeaders {

    static SqsHeaders of(SqsHeaders message, @Nullable String body) {
        Map<String, String> envelope = SqsSnsEnvelope.attributes(body);
        return envelope.isEmpty() ? message : new SqsSnsHeaders(message, envelope);
    }

    @Override
    public @Nullable String text(String name, int maxLength) {
        String own = message.text(name, maxLength);
        return own == null ? envelope.get(name) : own;
    }

    @Override
    public Iterable<String> names() {
        Set<String> names = new LinkedHashSet<>();
        message.names().forEach(names::add);
        names.addAll(envelope.keySet());
        return names;
    }

    @Override
    public @Nullable String traceHeader() {
        return message.traceHeader();
    }
}
