package dev.linkspan.kafka;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.kafka.FakeProducer.Sent;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Values of types whose size is known to the serializer alone. */
@SuppressWarnings("FutureReturnValueIgnored") // as Kafka's users do
class KafkaTooLargeTest {

    private final RecordTooLargeException tooLarge = new RecordTooLargeException("1 byte too many");
    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());
    private final ProducerRecord<Object, Object> record = new ProducerRecord<>("orders", new Object());
    private final List<Object> outcomes = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Callback callback = (metadata, exception) -> {
        outcomes.add(exception == null ? metadata : exception);
        threads.add(Thread.currentThread());
    };

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void record_that_is_too_large_with_headers_goes_again_without() throws Exception {
        FakeProducer<Object, Object> client = new FakeProducer<>(this::takeBareOnly);
        Future<RecordMetadata> future = kafka.wrap(client).send(record, callback);

        assertThat(client.sent).hasSize(2);
        assertThat(client.sent.get(1).record()).isSameAs(record);
        assertThat((Object) future).isSameAs(client.sent.get(1).future());
        assertThat(outcomes).containsExactly(future.get());
        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void that_makes_one_span_of_a_success_and_is_counted() {
        kafka.wrap(new FakeProducer<>(this::takeBareOnly)).send(record, callback);

        assertThat(telemetry.span()).hasStatus(StatusData.unset()).hasTotalRecordedEvents(0);
        assertThat(telemetry.counted("linkspan.propagation.injected", "linkspan.outcome"))
                .isEqualTo(Map.of("skipped", 1L));
        assertThat(telemetry.total("messaging.client.sent.messages")).isEqualTo(1);
    }

    @Test
    void record_that_is_too_large_anyway_fails_once() {
        FakeProducer<Object, Object> client = new FakeProducer<>(sent -> sent.fail(tooLarge));
        Future<RecordMetadata> future = kafka.wrap(client).send(record, callback);

        assertThat(client.sent).hasSize(2);
        assertThat(outcomes).containsExactly(tooLarge);
        assertThat((Object) future).isSameAs(client.sent.get(1).future());
        assertThat(telemetry.span().getStatus().getDescription()).isEqualTo("1 byte too many");
    }

    @Test
    void record_that_went_bare_in_the_first_place_is_not_sent_again() {
        KafkaTelemetry silent = KafkaTelemetry.builder(telemetry.sdk())
                .policy(policy -> policy.propagation(false))
                .build();
        FakeProducer<Object, Object> client = new FakeProducer<>(sent -> sent.fail(tooLarge));
        silent.wrap(client).send(record, callback);

        assertThat(client.sent).hasSize(1);
        assertThat(outcomes).containsExactly(tooLarge);
    }

    @Test
    void other_refusals_are_not_sent_again() {
        InvalidTopicException invalid = new InvalidTopicException("orders");
        FakeProducer<Object, Object> client = new FakeProducer<>(sent -> sent.fail(invalid));
        kafka.wrap(client).send(record, callback);

        assertThat(client.sent).hasSize(1);
        assertThat(outcomes).containsExactly(invalid);
    }

    @Test
    void refusal_by_the_broker_is_not_sent_again() throws InterruptedException {
        FakeProducer<Object, Object> client = FakeProducer.silent();
        kafka.wrap(client).send(record, callback);
        Thread network = new Thread(() -> client.sent.get(0).fail(tooLarge));
        network.start();
        network.join();

        assertThat(client.sent).hasSize(1);
        assertThat(outcomes).containsExactly(tooLarge);
        assertThat(threads).containsExactly(network);
    }

    @Test
    void refusal_by_the_broker_that_comes_before_send_returns_is_not_sent_again() {
        FakeProducer<Object, Object> client = new FakeProducer<>(sent -> {
            Thread network = new Thread(() -> sent.fail(tooLarge));
            network.start();
            join(network);
        });
        kafka.wrap(client).send(record, callback);

        assertThat(client.sent).hasSize(1);
        assertThat(outcomes).containsExactly(tooLarge);
    }

    @Test
    void refusal_that_comes_later_on_the_callers_own_thread_is_not_sent_again() {
        FakeProducer<Object, Object> client = FakeProducer.silent();
        kafka.wrap(client).send(record, callback);
        client.sent.get(0).fail(tooLarge);

        assertThat(client.sent).hasSize(1);
        assertThat(outcomes).containsExactly(tooLarge);
    }

    @Test
    void nothing_is_sent_again_in_a_transaction() {
        FakeProducer<Object, Object> client = new FakeProducer<>(sent -> sent.fail(tooLarge));
        Producer<Object, Object> producer = kafka.wrap(client);
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(record, callback);

        assertThat(client.sent).hasSize(1);
        assertThat(outcomes).containsExactly(tooLarge);
    }

    @Test
    void nothing_is_sent_again_in_a_transaction_that_was_set_up_before_the_producer_was_wrapped() {
        FakeProducer<Object, Object> client = new FakeProducer<>(sent -> sent.fail(tooLarge));
        client.initTransactions();
        client.beginTransaction();
        kafka.wrap(client, Map.of("transactional.id", "shop")).send(record, callback);

        assertThat(client.sent).hasSize(1);
        assertThat(outcomes).containsExactly(tooLarge);
    }

    @Test
    void second_attempt_that_throws_reaches_the_caller_and_no_callback() {
        IllegalStateException closed = new IllegalStateException("closed");
        FakeProducer<Object, Object> client = new FakeProducer<>(sent -> {
            if (isBare(sent)) {
                throw closed;
            }
            sent.fail(tooLarge);
        });

        assertThatThrownBy(() -> kafka.wrap(client).send(record, callback)).isSameAs(closed);
        assertThat(outcomes).isEmpty();
        assertThat(telemetry.span().getStatus().getDescription()).isEqualTo("closed");
    }

    @Test
    void callback_hears_of_a_refusal_even_if_the_client_then_throws() {
        IllegalStateException broken = new IllegalStateException("broken interceptor");
        FakeProducer<Object, Object> client = new FakeProducer<>(sent -> {
            sent.fail(tooLarge);
            throw broken;
        });

        assertThatThrownBy(() -> kafka.wrap(client).send(record, callback)).isSameAs(broken);
        assertThat(outcomes).containsExactly(tooLarge);
    }

    /** As near its limit the real one does. */
    private void takeBareOnly(Sent<Object, Object> sent) {
        if (isBare(sent)) {
            sent.acknowledge(7, 42);
        } else {
            sent.fail(tooLarge);
        }
    }

    private static boolean isBare(Sent<?, ?> sent) {
        return sent.record().headers().toArray().length == 0;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
