package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyCarrier;
import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An adapter or a carrier that fails costs the fact that it failed to give, and nothing else. */
class AdapterFailureTest {

    private static final ToyMessage MESSAGE = ToyMessage.to("orders")
            .id("m1")
            .key("k1")
            .partition("3")
            .deliveries(2)
            .header("traceparent", TRACEPARENT);

    private final RecordedTelemetry recorded = RecordedTelemetry.create();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "headers",
                "destination",
                "destinationTemplate",
                "temporary",
                "anonymous",
                "partition",
                "messageId",
                "conversationId",
                "deliveryCount",
                "bodySize",
                "attributes"
            })
    void adapter_method_that_throws_stops_no_operation(String method) {
        MessageAdapter<ToyMessage, Map<String, List<String>>> adapter = failing(method);
        MessagingTelemetry messaging =
                recorded.messaging(policy -> policy.bodySizes(true).capturedHeaders(List.of("traceparent")));
        var sender = messaging.sender(adapter, ClientFacts.NONE);
        var tracer = messaging.tracer(adapter, ClientFacts.NONE, true);

        sender.create(MESSAGE).close();
        sender.start(MESSAGE).close();
        sender.startBatch(List.of(MESSAGE, MESSAGE)).close();
        boolean[] handled = {false};
        tracer.process(MESSAGE, message -> handled[0] = true);
        tracer.startBatch(List.of(MESSAGE, MESSAGE)).close();
        tracer.received(List.of(MESSAGE), System.nanoTime());

        assertThat(handled[0]).isTrue();
        assertThat(recorded.spans()).hasSize(8);
        assertThat(recorded.count("linkspan.telemetry.errors")).isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        "messageId, messaging.message.id",
        "conversationId, messaging.message.conversation_id",
        "deliveryCount, linkspan.message.delivery_count",
        "partition, messaging.destination.partition.id",
        "bodySize, messaging.message.body.size",
        "attributes, messaging.toy.message.key"
    })
    void fact_that_fails_is_the_only_one_missing(String method, String attribute) {
        SpanData whole = process(failing("none"));
        recorded.forgetSpans();
        SpanData lacking = process(failing(method));

        assertThat(lacking.getName()).isEqualTo("process orders");
        assertThat(links(lacking)).containsExactly(Headers.ORIGIN);
        assertThat(lacking.getAttributes().asMap())
                .isEqualTo(whole.getAttributes().toBuilder()
                        .removeIf(key -> key.getKey().equals(attribute))
                        .build()
                        .asMap());
    }

    @ParameterizedTest
    @ValueSource(strings = {"get", "conflicting", "names"})
    void carrier_method_that_throws_on_reading_gives_a_span_without_links(String method) {
        SpanData span = process(withCarrier(failingCarrier(method)));

        assertThat(span.getName()).isEqualTo("process orders");
        assertThat(links(span)).isEmpty();
    }

    @Test
    void quick_look_that_throws_is_followed_by_a_slow_one() {
        SpanData span = process(withCarrier(failingCarrier("peekAlone")));

        assertThat(links(span)).containsExactly(Headers.ORIGIN);
        assertThat(recorded.count("linkspan.telemetry.errors")).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"names", "set", "keepsBytes", "setBytes"})
    void carrier_method_that_throws_for_a_message_without_headers_is_counted_once(String method) {
        var sender = recorded.messaging().sender(withCarrier(failingCarrier(method)), ClientFacts.NONE);
        MessageSpan span = sender.start(ToyMessage.to("orders"));
        boolean injected = sender.inject(span, ToyMessage.to("orders").headers());
        span.close();

        assertThat(injected).isFalse();
        assertThat(recorded.count("linkspan.propagation.injected", "linkspan.outcome", "skipped"))
                .isOne();
        assertThat(recorded.count("linkspan.telemetry.errors", "linkspan.site", "carrier.set"))
                .isOne();
    }

    @Test
    void carrier_that_does_not_tell_sizes_is_written_to_where_there_is_no_limit() {
        var sender = recorded.messaging().sender(withCarrier(failingCarrier("size")), ClientFacts.NONE);
        MessageSpan span = sender.start(ToyMessage.to("orders"));

        assertThat(sender.inject(span, ToyMessage.to("orders").headers())).isTrue();
        span.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"names", "set", "remove", "accepts", "size"})
    void carrier_method_that_throws_on_writing_sends_the_message_as_it_was(String method) {
        ToyMessage message = ToyMessage.to("orders").header("tracestate", "old=1");
        var sender = recorded.messaging().sender(withCarrier(failingCarrier(method)), ClientFacts.NONE);
        MessageSpan span = sender.start(message);
        boolean injected = sender.inject(
                span, ToyMessage.to("orders").header("tracestate", "old=1").headers(), 1_000, 10);
        span.close();

        assertThat(injected).isFalse();
        assertThat(recorded.count("linkspan.propagation.injected", "linkspan.outcome", "skipped"))
                .isOne();
        assertThat(recorded.spans("send orders")).hasSize(1);
    }

    @Test
    void attribute_whose_key_has_no_name_costs_no_more_than_itself() {
        AttributeKey<?> nameless = (AttributeKey<?>) failing(AttributeKey.class, ToyAdapter.KEY, "getKey");
        ToyAdapter adapter = new ToyAdapter() {
            @Override
            @SuppressWarnings("unchecked")
            public void attributes(ToyMessage message, AttributeSink sink) {
                sink.put((AttributeKey<String>) nameless, "value");
                super.attributes(message, sink);
            }
        };
        recorded.messaging()
                .tracer(adapter, ClientFacts.NONE, false)
                .startBatch(List.of(
                        MESSAGE, ToyMessage.to("orders").key("k2").header("traceparent", Headers.traceparent(2, true))))
                .close();

        assertThat(recorded.span("process orders").getLinks())
                .extracting(link -> link.getAttributes().get(ToyAdapter.KEY))
                .containsExactly("k1", "k2");
        assertThat(recorded.errors("attribute")).isPositive();
    }

    @Test
    void carrier_is_asked_for_once_so_that_it_cannot_fail_later() {
        boolean[] asked = {false};
        ToyAdapter adapter = new ToyAdapter() {
            @Override
            public HeaderCarrier<Map<String, List<String>>> carrier() {
                if (asked[0]) {
                    throw new IllegalStateException("asked twice");
                }
                return super.carrier();
            }
        };
        ToyQueue queue = new ToyQueue(recorded.messaging(), adapter, ClientFacts.NONE);
        asked[0] = true;
        queue.send(MESSAGE);
        queue.messages().process(queue.take(), message -> {});

        assertThat(recorded.names()).containsExactly("send orders", "process orders");
    }

    @Test
    void policy_functions_that_throw_stop_no_operation() {
        MessagingTelemetry messaging = MessagingTelemetry.builder(recorded.openTelemetry)
                .policy(
                        destination -> {
                            throw new IllegalStateException("predicate");
                        },
                        policy -> policy)
                .policy(policy -> policy.destinationTemplate(destination -> {
                            throw new IllegalStateException("template");
                        })
                        .extraAttributes((operation, message) -> {
                            throw new IllegalStateException("extra");
                        })
                        .messageKeys(key -> {
                            throw new IllegalStateException("keys");
                        }))
                .build();
        ToyQueue queue = new ToyQueue(messaging);
        queue.send(MESSAGE);
        queue.messages().process(MESSAGE, message -> {});

        SpanData span = recorded.span("process orders");
        assertThat(span.getAttributes().get(Semconv.MESSAGE_ID)).isEqualTo("m1");
        assertThat(span.getAttributes().get(ToyAdapter.KEY)).isNull();
        assertThat(recorded.errors("policy.messageKeys")).isEqualTo(2);
        assertThat(recorded.errors("policy.extraAttributes")).isEqualTo(2);
        assertThat(recorded.errors("policy.destinationTemplate")).isPositive();
        assertThat(recorded.errors("policy")).isPositive();
    }

    private SpanData process(MessageAdapter<ToyMessage, Map<String, List<String>>> adapter) {
        MessageTracer<ToyMessage> tracer =
                recorded.messaging(policy -> policy.bodySizes(true)).tracer(adapter, ClientFacts.NONE, true);
        tracer.process(MESSAGE, message -> {});
        return recorded.spans().get(0);
    }

    @SuppressWarnings("unchecked")
    private static MessageAdapter<ToyMessage, Map<String, List<String>>> failing(String method) {
        return (MessageAdapter<ToyMessage, Map<String, List<String>>>) failing(
                MessageAdapter.class,
                new ToyAdapter() {
                    @Override
                    public String conversationId(ToyMessage message) {
                        return "c1";
                    }
                },
                method);
    }

    private static ToyAdapter withCarrier(HeaderCarrier<Map<String, List<String>>> carrier) {
        return new ToyAdapter() {
            @Override
            public HeaderCarrier<Map<String, List<String>>> carrier() {
                return carrier;
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static HeaderCarrier<Map<String, List<String>>> failingCarrier(String method) {
        return (HeaderCarrier<Map<String, List<String>>>) failing(
                HeaderCarrier.class,
                new ToyCarrier() {
                    @Override
                    public boolean keepsBytes() {
                        return method.equals("setBytes");
                    }
                },
                method);
    }

    private static Object failing(Class<?> type, Object delegate, String failingMethod) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            if (method.isDefault() && method.getName().equals("peekAlone") && !failingMethod.equals("peekAlone")) {
                // which reads by the methods that fail
                return InvocationHandler.invokeDefault(proxy, method, args);
            }
            if (method.getName().equals(failingMethod)) {
                throw new IllegalStateException(failingMethod);
            }
            try {
                return method.invoke(delegate, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }
}
