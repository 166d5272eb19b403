package dev.linkspan.batch;

import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.propagation.MessageAdapter;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.propagation.PayloadCarrier;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A message of a queue that exists in memory only. Two of one id are equal, and still two. */
record Order(String id, Map<String, Object> headers) {

    /** As the span with this number sent it. */
    static Order from(int producer) {
        return from(producer, "order-" + producer, true);
    }

    static Order from(int producer, String id, boolean sampled) {
        Map<String, Object> headers = new HashMap<>();
        headers.put("traceparent", "00-%032x-%s-%s".formatted(1, spanId(producer), sampled ? "01" : "00"));
        return new Order(id, headers);
    }

    static Order untraced(String id) {
        return new Order(id, Map.of());
    }

    /** As the spans numbered from 1 sent them. */
    static List<Order> many(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(Order::from).toList();
    }

    static String spanId(int producer) {
        return "%016x".formatted(producer);
    }

    static List<String> linkedSpans(SpanData span) {
        return span.getLinks().stream()
                .map(LinkData::getSpanContext)
                .map(context -> context.getSpanId())
                .toList();
    }

    static MessageTracer<Order> tracer(OpenTelemetry openTelemetry) {
        return tracer(MessagingTelemetry.create(openTelemetry));
    }

    static MessageTracer<Order> tracer(MessagingTelemetry messaging) {
        return messaging.tracer(new Adapter(), ClientFacts.NONE, true);
    }

    private static final class Adapter implements MessageAdapter<Order, Map<String, Object>> {

        @Override
        public String instrumentationName() {
            return "dev.linkspan.orders";
        }

        @Override
        public String system() {
            return "orders";
        }

        @Override
        public HeaderCarrier<Map<String, Object>> carrier() {
            return PayloadCarrier.ofMap();
        }

        @Override
        public Map<String, Object> headers(Order order) {
            return order.headers();
        }

        @Override
        public String destination(Order order) {
            return "orders";
        }

        @Override
        public String messageId(Order order) {
            return order.id();
        }
    }
}
