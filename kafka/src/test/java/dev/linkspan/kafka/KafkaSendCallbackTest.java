package dev.linkspan.kafka;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // as Kafka's users do
class KafkaSendCallbackTest {

    private static final ContextKey<String> TENANT = ContextKey.named("tenant");

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());
    private final FakeProducer<String, String> client = FakeProducer.silent();
    private final Producer<String, String> producer = kafka.wrap(client);
    private final ProducerRecord<String, String> record = new ProducerRecord<>("orders", "hello");

    /** What a callback was called with. */
    private record Call(RecordMetadata metadata, Exception exception, Thread thread, Context context) {}

    private final List<Call> calls = new ArrayList<>();
    private final Callback callback = (metadata, exception) ->
            calls.add(new Call(metadata, exception, Thread.currentThread(), Context.current()));

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void callback_gets_the_clients_own_metadata() {
        producer.send(record, callback);
        RecordMetadata metadata = client.sent.get(0).metadata(7, 42);
        client.sent.get(0).answer(metadata, null);

        assertThat(calls).singleElement().satisfies(call -> {
            assertThat(call.metadata).isSameAs(metadata);
            assertThat(call.exception).isNull();
        });
    }

    @Test
    void callback_gets_the_clients_own_exception() {
        producer.send(record, callback);
        RecordMetadata unknown = client.sent.get(0).metadata(-1, -1);
        TimeoutException failure = new TimeoutException("too slow");
        client.sent.get(0).answer(unknown, failure);

        assertThat(calls).singleElement().satisfies(call -> {
            assertThat(call.metadata).isSameAs(unknown);
            assertThat(call.exception).isSameAs(failure);
        });
    }

    @Test
    void callback_runs_in_the_callers_context_on_the_clients_thread() throws InterruptedException {
        SpanContext caller = telemetry.inSpan("checkout", () -> {
            try (Scope scope = Context.current().with(TENANT, "blue").makeCurrent()) {
                producer.send(record, callback);
            }
        });
        Thread network = new Thread(() -> client.sent.get(0).acknowledge(7, 42));
        network.start();
        network.join();

        assertThat(calls).singleElement().satisfies(call -> {
            assertThat(call.thread).isSameAs(network);
            assertThat(Span.fromContext(call.context).getSpanContext()).isEqualTo(caller);
            assertThat(call.context.get(TENANT)).isEqualTo("blue");
        });
    }

    @Test
    void callback_of_a_caller_without_a_span_sees_none() {
        producer.send(record, callback);
        telemetry.inSpan("someone else's", () -> client.sent.get(0).acknowledge(7, 42));

        assertThat(calls)
                .singleElement()
                .satisfies(call -> assertThat(
                                Span.fromContext(call.context).getSpanContext().isValid())
                        .isFalse());
    }

    @Test
    void span_has_ended_when_the_callback_runs() {
        List<Integer> ended = new ArrayList<>();
        producer.send(
                record, (metadata, exception) -> ended.add(telemetry.spans().size()));
        client.sent.get(0).acknowledge(7, 42);

        assertThat(ended).containsExactly(1);
    }

    @Test
    void context_of_the_network_thread_is_as_before() {
        producer.send(record, callback);
        Context before = Context.current();
        client.sent.get(0).acknowledge(7, 42);

        assertThat(Context.current()).isSameAs(before);
    }

    @Test
    void exception_of_the_callback_reaches_the_client_as_it_is() {
        IllegalStateException failure = new IllegalStateException("callback");
        producer.send(record, (metadata, exception) -> {
            throw failure;
        });

        assertThatThrownBy(() -> client.sent.get(0).acknowledge(7, 42)).isSameAs(failure);
        assertThat(telemetry.span()).hasTotalRecordedEvents(0);
    }

    @Test
    void error_of_the_callback_reaches_the_client_as_it_is() {
        AssertionError failure = new AssertionError("callback");
        producer.send(record, (metadata, exception) -> {
            throw failure;
        });

        assertThatThrownBy(() -> client.sent.get(0).acknowledge(7, 42)).isSameAs(failure);
    }

    @Test
    void second_answer_reaches_the_callback_but_makes_no_second_span() {
        producer.send(record, callback);
        client.sent.get(0).acknowledge(7, 42);
        client.sent.get(0).fail(new TimeoutException("after all"));

        assertThat(calls).hasSize(2);
        assertThat(telemetry.spans()).hasSize(1);
        assertThat(telemetry.total("messaging.client.sent.messages")).isEqualTo(1);
    }

    @Test
    void answer_without_metadata_is_no_trouble() {
        producer.send(record, callback);
        client.sent.get(0).answer(null, null);

        assertThat(calls).hasSize(1);
        assertThat(telemetry.spans()).hasSize(1);
        assertThat(telemetry.counted("linkspan.telemetry.errors")).isEmpty();
    }

    @Test
    void future_is_the_clients_own() {
        Future<RecordMetadata> future = producer.send(record);
        assertThat((Object) future).isSameAs(client.sent.get(0).future());

        future = producer.send(record, callback);
        assertThat((Object) future).isSameAs(client.sent.get(1).future());
    }

    @Test
    void send_without_a_callback_makes_a_span_all_the_same() {
        producer.send(record);
        producer.send(record, null);
        client.sent.forEach(sent -> sent.acknowledge(7, 42));

        assertThat(telemetry.spans("send orders")).hasSize(2);
    }

    @Test
    void client_is_called_in_the_context_of_the_send_span() {
        List<SpanContext> inside = new ArrayList<>();
        Producer<String, String> spied = kafka.wrap(new FakeProducer<String, String>(sent -> {
            inside.add(Span.current().getSpanContext());
            sent.acknowledge(0, 0);
        }));
        spied.send(record);

        assertThat(inside).containsExactly(telemetry.span().getSpanContext());
    }
}
