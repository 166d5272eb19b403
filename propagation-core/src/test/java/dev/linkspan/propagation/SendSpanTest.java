package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.assertCarries;
import static dev.linkspan.propagation.RecordedTelemetry.isChild;
import static dev.linkspan.propagation.RecordedTelemetry.isRoot;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One message, one send. */
class SendSpanTest {

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());

    @Test
    void id_that_the_broker_gave_is_an_attribute() {
        try (MessageSpan span = queue.sender().start(ToyMessage.to("orders"))) {
            span.messageId("m-1");
        }

        assertThat(recorded.span("send orders").getAttributes().get(Semconv.MESSAGE_ID))
                .isEqualTo("m-1");
    }

    @Test
    void send_span_is_a_producer_span_whose_context_the_message_carries() {
        ToyMessage sent = queue.send(ToyMessage.to("orders"));

        SpanData send = recorded.span("send orders");
        assertThat(send.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(isRoot(send)).isTrue();
        assertThat(links(send)).isEmpty();
        assertCarries(sent, send);
        assertThat(recorded.count("linkspan.propagation.injected", "linkspan.outcome", "injected"))
                .isOne();
    }

    @Test
    void send_span_is_a_child_of_the_ambient_span() {
        Span ambient = recorded.startSpan("ambient");
        try (Scope scope = ambient.makeCurrent()) {
            queue.send(ToyMessage.to("orders"));
        }

        assertThat(isChild(recorded.span("send orders"), ambient.getSpanContext()))
                .isTrue();
    }

    @Test
    void send_inside_a_handler_is_a_child_of_the_process_span() {
        queue.messages().process(ToyMessage.to("orders"), message -> queue.send(ToyMessage.to("bills")));

        assertThat(isChild(
                        recorded.span("send bills"),
                        recorded.span("process orders").getSpanContext()))
                .isTrue();
    }

    @Test
    void unsampled_message_carries_a_context_that_says_so() {
        RecordedTelemetry off = RecordedTelemetry.withSampler(Sampler.alwaysOff());
        ToyQueue unsampled = new ToyQueue(off.messaging());
        ToyMessage sent = unsampled.send(ToyMessage.to("orders"));
        boolean[] handled = {false};
        unsampled.messages().process(sent, message -> handled[0] = true);

        assertThat(Integer.parseInt(sent.headers().get("traceparent").get(0).substring(53), 16) & 1)
                .isZero();
        assertThat(handled[0]).isTrue();
        assertThat(off.spans()).isEmpty();
        assertThat(off.count("messaging.client.sent.messages")).isOne();
    }

    @Test
    void span_that_writes_nothing_says_so_before_headers_are_copied() {
        ToyQueue mirror = new ToyQueue(recorded.messaging(policy -> policy.existingContext(ExistingContext.KEEP)));
        MessageSpan keeps = mirror.sender().start(ToyMessage.to("orders").header("traceparent", Headers.TRACEPARENT));
        MessageSpan settles = queue.messages().startSettleAt("ack", "orders");
        LinkedHashMap<String, List<String>> headers = new LinkedHashMap<>();

        assertThat(mirror.sender().injects(keeps)).isFalse();
        assertThat(mirror.sender().inject(keeps, headers)).isFalse();
        assertThat(queue.sender().injects(settles)).isFalse();
        assertThat(queue.sender().inject(settles, headers)).isFalse();
        queue.sender().withdraw(settles);
        assertThat(headers).isEmpty();
        keeps.close();
        settles.close();
    }

    @Test
    void contexts_made_by_create_are_remembered_within_bounds_the_oldest_forgotten_first() {
        ToyMessage first = queue.create(ToyMessage.to("orders"));
        List<ToyMessage> created = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            created.add(queue.create(ToyMessage.to("orders")));
            recorded.forgetSpans();
        }
        ToyMessage newest = created.get(9_999);

        assertThat(Headers.carried(queue.send(first))).isNotEqualTo(Headers.carried(first));
        assertThat(Headers.carried(queue.send(newest))).isEqualTo(Headers.carried(newest));
    }

    @Test
    void samplers_see_what_sampling_depends_on() {
        List<Attributes> seen = new ArrayList<>();
        RecordedTelemetry sampled = RecordedTelemetry.withSampler(new DecidingSampler((attributes, links) -> {
            seen.add(attributes);
            return SamplingResult.recordAndSample();
        }));
        ClientFacts client = ClientFacts.NONE.server("broker.example", 4_000).consumerGroup("billing");
        new ToyQueue(sampled.messaging(), new ToyAdapter(), client)
                .messages()
                .process(ToyMessage.to("orders").partition("3"), message -> {});

        assertThat(seen)
                .singleElement()
                .satisfies(attributes -> assertThat(attributes.asMap())
                        .containsOnlyKeys(
                                Semconv.SYSTEM,
                                Semconv.OPERATION_NAME,
                                Semconv.OPERATION_TYPE,
                                Semconv.DESTINATION_NAME,
                                Semconv.PARTITION_ID,
                                Semconv.CONSUMER_GROUP,
                                Semconv.SERVER_ADDRESS,
                                Semconv.SERVER_PORT));
    }
}
