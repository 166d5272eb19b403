package dev.linkspan.propagation;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** How much of a message becomes attributes. */
class AttributeLimitsTest {

    private final RecordedTelemetry recorded = RecordedTelemetry.create();

    @Test
    void texts_are_cut_at_256_characters() {
        SpanData span = process(
                policy -> policy, ToyMessage.to("orders").id("i".repeat(300)).key("k".repeat(300)));

        assertThat(span.getAttributes().get(Semconv.MESSAGE_ID)).isEqualTo("i".repeat(256));
        assertThat(span.getAttributes().get(ToyAdapter.KEY)).isEqualTo("k".repeat(256));
    }

    @Test
    void texts_are_cut_where_the_policy_says() {
        SpanData span = process(
                policy -> policy.attributeLength(10), ToyMessage.to("orders").id("i".repeat(300)));

        assertThat(span.getAttributes().get(Semconv.MESSAGE_ID)).hasSize(10);
    }

    @Test
    void cut_leaves_no_half_character() {
        SpanData span = process(
                policy -> policy.attributeLength(4), ToyMessage.to("orders").id("abc\ud83d\ude00"));

        assertThat(span.getAttributes().get(Semconv.MESSAGE_ID)).isEqualTo("abc");
    }

    @Test
    void texts_on_links_are_cut() {
        ToyQueue queue = new ToyQueue(recorded.messaging());
        queue.messages()
                .startBatch(List.of(
                        ToyMessage.to("orders").id("i".repeat(300)).header("traceparent", Headers.traceparent(1, true)),
                        ToyMessage.to("orders")
                                .id("j".repeat(300))
                                .header("traceparent", Headers.traceparent(2, true))))
                .close();

        assertThat(recorded.span("process orders").getLinks())
                .extracting(link -> link.getAttributes().get(Semconv.MESSAGE_ID))
                .containsExactly("i".repeat(256), "j".repeat(256));
    }

    @Test
    void attribute_that_is_put_twice_on_a_link_is_the_later_one() {
        ToyAdapter adapter = new ToyAdapter() {
            @Override
            public void attributes(ToyMessage message, AttributeSink sink) {
                sink.put(ToyAdapter.KEY, "earlier");
                sink.put(ToyAdapter.KEY, "later");
                for (String number : message.key() == null ? List.<String>of() : List.of("one", "two")) {
                    sink.put(ToyAdapter.OLD_KEY, number);
                }
            }
        };
        recorded.messaging()
                .tracer(adapter, ClientFacts.NONE, false)
                .startBatch(List.of(
                        ToyMessage.to("orders").header("traceparent", Headers.traceparent(1, true)),
                        ToyMessage.to("orders").key("k").header("traceparent", Headers.traceparent(2, true))))
                .close();

        assertThat(recorded.span("process orders").getLinks())
                .extracting(LinkData::getAttributes)
                .containsExactly(
                        Attributes.of(ToyAdapter.KEY, "later"),
                        Attributes.of(ToyAdapter.KEY, "later", ToyAdapter.OLD_KEY, "two"));
    }

    @Test
    void destination_is_cut_in_name_and_attribute() {
        SpanData span = process(policy -> policy, ToyMessage.to("t".repeat(10_000)));

        assertThat(span.getName()).isEqualTo("process " + "t".repeat(256));
        assertThat(span.getAttributes().get(Semconv.DESTINATION_NAME)).hasSize(256);
        assertThat(recorded.metric("messaging.process.duration")
                        .getHistogramData()
                        .getPoints())
                .allSatisfy(point -> assertThat(point.getAttributes().get(Semconv.DESTINATION_NAME))
                        .hasSize(256));
    }

    @Test
    void partition_is_cut() {
        SpanData span = process(policy -> policy, ToyMessage.to("orders").partition("p".repeat(10_000)));

        assertThat(span.getAttributes().get(Semconv.PARTITION_ID)).hasSize(256);
    }

    @Test
    void message_keys_can_be_off() {
        SpanData span = process(
                policy -> policy.messageKeys(false), ToyMessage.to("orders").key("alice"));

        assertThat(span.getAttributes().get(ToyAdapter.KEY)).isNull();
    }

    @Test
    void message_keys_can_be_rewritten() {
        SpanData span = process(
                policy -> policy.messageKeys(key -> "#" + key.length()),
                ToyMessage.to("orders").key("alice"));

        assertThat(span.getAttributes().get(ToyAdapter.KEY)).isEqualTo("#5");
    }

    @Test
    void message_keys_that_are_rewritten_to_nothing_are_left_out() {
        SpanData span = process(
                policy -> policy.messageKeys(key -> null),
                ToyMessage.to("orders").key("alice"));

        assertThat(span.getAttributes().get(ToyAdapter.KEY)).isNull();
    }

    @Test
    void body_sizes_are_opt_in() {
        SpanData without = process(policy -> policy, ToyMessage.to("orders"));
        recorded.forgetSpans();
        SpanData with = process(policy -> policy.bodySizes(true), ToyMessage.to("orders"));

        assertThat(without.getAttributes().get(Semconv.BODY_SIZE)).isNull();
        assertThat(with.getAttributes().get(Semconv.BODY_SIZE)).isEqualTo(4);
    }

    @Test
    void captured_headers_are_those_on_the_list() {
        SpanData span = process(
                policy -> policy.capturedHeaders(List.of("tenant", "absent")),
                ToyMessage.to("orders").header("tenant", "blue").header("secret", "x"));

        assertThat(span.getAttributes().get(header("tenant"))).containsExactly("blue");
        assertThat(span.getAttributes().get(header("absent"))).isNull();
        assertThat(span.getAttributes().get(header("secret"))).isNull();
    }

    @Test
    void captured_headers_are_cut_by_characters() {
        SpanData span = process(
                policy -> policy.capturedHeaders(List.of("fits", "long")),
                ToyMessage.to("orders").header("fits", "\u00e9".repeat(256)).header("long", "x".repeat(1_000_000)));

        assertThat(span.getAttributes().get(header("fits"))).containsExactly("\u00e9".repeat(256));
        assertThat(span.getAttributes().get(header("long"))).containsExactly("x".repeat(256));
    }

    @Test
    void attribute_length_may_be_without_limit() {
        SpanData span = process(
                policy -> policy.attributeLength(Integer.MAX_VALUE).capturedHeaders(List.of("long")),
                ToyMessage.to("orders").header("long", "x".repeat(10_000)));

        assertThat(span.getAttributes().get(header("long"))).containsExactly("x".repeat(10_000));
    }

    @Test
    void extra_attributes_are_added_per_operation_and_cut() {
        AttributeKey<List<String>> list = stringArrayKey("list");
        ToyQueue queue =
                new ToyQueue(recorded.messaging(policy -> policy.extraAttributes((operation, message) -> Attributes.of(
                        stringKey("op"),
                        operation,
                        stringKey("topic"),
                        ((ToyMessage) message).topic().repeat(100),
                        list,
                        List.of("y".repeat(300), "z"),
                        longKey("n"),
                        7L))));
        queue.create(ToyMessage.to("orders"));
        queue.send(ToyMessage.to("orders"));
        queue.messages().process(ToyMessage.to("orders"), message -> {});

        assertThat(recorded.spans())
                .extracting(span -> span.getAttributes().get(stringKey("op")))
                .containsExactly("create", "send", "process");
        Attributes attributes = recorded.span("process orders").getAttributes();
        assertThat(attributes.get(stringKey("topic"))).hasSize(256);
        assertThat(attributes.get(list)).containsExactly("y".repeat(256), "z");
        assertThat(attributes.get(longKey("n"))).isEqualTo(7);
    }

    @Test
    void extra_attributes_may_be_none() {
        process(policy -> policy.extraAttributes((operation, message) -> null), ToyMessage.to("orders"));

        assertThat(recorded.count("linkspan.telemetry.errors")).isZero();
    }

    @Test
    void nothing_is_read_of_a_message_whose_span_nobody_records() {
        RecordedTelemetry off = RecordedTelemetry.withSampler(Sampler.alwaysOff());
        int[] read = {0};
        ToyAdapter adapter = new ToyAdapter() {
            @Override
            public void attributes(ToyMessage message, AttributeSink sink) {
                read[0]++;
            }
        };
        ToyQueue queue = new ToyQueue(
                off.messaging(policy -> policy.extraAttributes((operation, message) -> {
                    read[0]++;
                    return Attributes.empty();
                })),
                adapter,
                ClientFacts.NONE);
        queue.send(ToyMessage.to("orders"));
        queue.messages().process(queue.take(), message -> {});

        assertThat(read[0]).isZero();
    }

    @Test
    void error_message_is_cut_in_status_and_event() {
        ToyQueue queue = new ToyQueue(recorded.messaging());
        MessageSpan handle = queue.messages().start(ToyMessage.to("orders"));
        Throwable cause = new IllegalStateException("c".repeat(1_000_000));
        handle.error(new IllegalArgumentException("e".repeat(1_000_000), cause)).close();

        SpanData span = recorded.span("process orders");
        assertThat(span.getStatus().getDescription()).isEqualTo("e".repeat(256));
        Attributes event = span.getEvents().get(0).getAttributes();
        assertThat(event.get(stringKey("exception.message"))).isEqualTo("e".repeat(256));
        assertThat(event.get(stringKey("exception.type"))).isEqualTo("java.lang.IllegalArgumentException");
        assertThat(event.get(stringKey("exception.stacktrace")))
                .startsWith("java.lang.IllegalArgumentException: eee")
                .contains("error_message_is_cut_in_status_and_event")
                .contains("Caused by: java.lang.IllegalStateException: ccc")
                .hasSizeLessThan(20_000);
    }

    private SpanData process(UnaryOperator<MessagingPolicy> policy, ToyMessage message) {
        MessageSpan handle = new ToyQueue(recorded.messaging(policy)).messages().start(message);
        try (Scope scope = handle.makeCurrent()) {
            assertThat(Span.current().isRecording()).isTrue();
        }
        handle.close();
        return recorded.spans().get(0);
    }

    private static AttributeKey<List<String>> header(String name) {
        return stringArrayKey("messaging.header." + name);
    }
}
