package dev.linkspan.testing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One span among others, with a label that is short enough to say. */
final class SpanNode {

    final SpanData data;
    final List<SpanNode> children = new ArrayList<>();

    @Nullable
    SpanNode parent;

    String label = "";

    SpanNode(SpanData data) {
        this.data = data;
    }

    /** Label and name, as messages call it. */
    @Override
    public String toString() {
        return "[" + label + "] " + Text.line(data.getName(), 80);
    }

    <T> @Nullable T get(AttributeKey<T> key) {
        return data.getAttributes().get(key);
    }

    /** {@code create}, {@code send}, {@code receive}, {@code process} or {@code settle}; also of spans that say it in the old way. */
    @Nullable
    String operationType() {
        String type = get(Keys.OPERATION_TYPE);
        if (type == null) {
            type = get(Keys.OLD_OPERATION);
        }
        return "publish".equals(type) ? "send" : "deliver".equals(type) ? "process" : type;
    }

    boolean isConsumer() {
        String type = operationType();
        return "receive".equals(type) || "process".equals(type);
    }

    /** Whether messages carry this very span's context. */
    boolean isCreator() {
        String type = operationType();
        return "create".equals(type) || ("send".equals(type) && data.getKind() == SpanKind.PRODUCER);
    }

    boolean isMessaging() {
        for (AttributeKey<?> key : data.getAttributes().asMap().keySet()) {
            if (key.getKey().startsWith("messaging.")) {
                return true;
            }
        }
        return false;
    }

    /** How many messages the span stands for. */
    long messages() {
        Long count = get(Keys.BATCH_COUNT);
        return count == null ? 1 : count;
    }

    boolean linksTo(SpanContext target) {
        for (LinkData link : data.getLinks()) {
            if (Traces.sameSpan(link.getSpanContext(), target)) {
                return true;
            }
        }
        return false;
    }
}
