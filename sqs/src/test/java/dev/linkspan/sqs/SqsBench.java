package dev.linkspan.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** What tests of SQS's clients share: an SDK, a queue in memory, and a look at spans and metrics. */
abstract class SqsBench {

    static final String ORDERS = FakeSqs.ORDERS;
    static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
    static final String SPAN_ID = "b7ad6b7169203331";
    static final String TRACEPARENT = "00-" + TRACE_ID + "-" + SPAN_ID + "-01";
    static final String TRACE_HEADER = "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=" + SPAN_ID + ";Sampled=1";

    @RegisterExtension
    final LinkspanExtension otel = telemetry();

    final FakeSqs fake = new FakeSqs();
    final SqsTelemetry sqs = SqsTelemetry.create(otel.openTelemetry());
    final SqsClient client = sqs.wrap(fake);

    LinkspanExtension telemetry() {
        return LinkspanExtension.create();
    }

    @AfterEach
    void what_was_recorded_follows_the_conventions() {
        otel.assertThatSpans().followsConventions();
    }

    static SendMessageRequest request(String body) {
        return SendMessageRequest.builder().queueUrl(ORDERS).messageBody(body).build();
    }

    static MessageAttributeValue text(String value) {
        return MessageAttributeValue.builder()
                .dataType("String")
                .stringValue(value)
                .build();
    }

    /** So many attributes of the application. */
    static Map<String, MessageAttributeValue> attributes(int count) {
        Map<String, MessageAttributeValue> attributes = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            attributes.put("own-" + i, text("value " + i));
        }
        return attributes;
    }

    List<Message> receive() {
        return client.receiveMessage(b -> b.queueUrl(ORDERS).maxNumberOfMessages(10))
                .messages();
    }

    Message receiveOne() {
        assertThat(fake.queue(ORDERS).size()).isEqualTo(1);
        return receive().get(0);
    }

    <T> T inSpan(String name, Supplier<T> work) {
        Span span = otel.openTelemetry().getTracer("test").spanBuilder(name).startSpan();
        try (Scope scope = span.makeCurrent()) {
            return work.get();
        } finally {
            span.end();
        }
    }

    List<SpanData> spans(String name) {
        return otel.spans().stream().filter(span -> span.getName().equals(name)).toList();
    }

    SpanData span(String name) {
        List<SpanData> named = spans(name);
        assertThat(named).as("spans named '%s' of %s", name, otel.spans()).hasSize(1);
        return named.get(0);
    }

    static List<String> links(SpanData span) {
        return span.getLinks().stream()
                .map(LinkData::getSpanContext)
                .map(SqsBench::id)
                .toList();
    }

    static String id(SpanContext context) {
        return context.getTraceId() + "/" + context.getSpanId();
    }

    static String id(SpanData span) {
        return id(span.getSpanContext());
    }

    static String attribute(SpanData span, String name) {
        return span.getAttributes().get(AttributeKey.stringKey(name));
    }

    static Long number(SpanData span, String name) {
        return span.getAttributes().get(AttributeKey.longKey(name));
    }

    /** The span that a traceparent names. */
    static String carried(Map<String, MessageAttributeValue> attributes) {
        String traceparent = attributes.get("traceparent").stringValue();
        return traceparent.substring(3, 35) + "/" + traceparent.substring(36, 52);
    }

    long counted(String metric, String attribute, String value) {
        return otel.metrics().stream()
                .filter(data -> data.getName().equals(metric))
                .flatMap(data -> data.getLongSumData().getPoints().stream())
                .filter(point -> value.equals(point.getAttributes().get(AttributeKey.stringKey(attribute))))
                .mapToLong(point -> point.getValue())
                .sum();
    }

    long counted(String metric) {
        return otel.metrics().stream()
                .filter(data -> data.getName().equals(metric))
                .flatMap(data -> data.getLongSumData().getPoints().stream())
                .mapToLong(point -> point.getValue())
                .sum();
    }
}
