package dev.linkspan.kafka;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;

import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What calls leave behind on their thread, and many threads at once. */
@SuppressWarnings("FutureReturnValueIgnored") // as Kafka's users do
class KafkaThreadsTest {

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void thread_has_the_same_context_and_interrupt_flag_after_each_call() {
        Producer<String, String> producer = kafka.wrap(FakeProducer.acknowledging());
        FakeConsumer polled = new FakeConsumer();
        Consumer<String, String> consumer = kafka.wrap((Consumer<String, String>) polled);
        MessageTracer<ConsumerRecord<String, String>> records = kafka.records(consumer);
        ConsumerRecord<String, String> record = Received.traced("orders", 0, 1);
        List<Runnable> operations = List.of(
                () -> producer.send(new ProducerRecord<>("orders", "hello")),
                () -> kafka.create(new ProducerRecord<>("orders", "hello")),
                () -> producer.sendOffsetsToTransaction(
                        Map.of(new TopicPartition("orders", 0), new OffsetAndMetadata(1)), polled.groupMetadata()),
                () -> {
                    polled.next(() -> Received.all(record));
                    consumer.poll(Duration.ZERO);
                },
                () -> consumer.poll(Duration.ZERO),
                consumer::commitSync,
                () -> consumer.commitAsync((offsets, exception) -> {}),
                () -> records.process(record, r -> {}),
                () -> records.start(record).close());
        Context before = Context.current();
        for (boolean interrupted : new boolean[] {false, true}) {
            for (Runnable operation : operations) {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                try {
                    operation.run();
                } catch (RuntimeException e) {
                    // the mock producer has no transaction; its throw must leave nothing behind either
                    assertThat(e).isInstanceOf(IllegalStateException.class);
                }
                assertThat(Thread.interrupted()).isEqualTo(interrupted);
                assertThat(Context.current()).isSameAs(before);
                assertThat(KafkaWrappedCall.SEND.isActive()).isFalse();
                assertThat(KafkaWrappedCall.POLL.isActive()).isFalse();
            }
        }
    }

    @Test
    void many_threads_may_send_through_one_wrapped_producer() throws Exception {
        FakeProducer<String, String> client = FakeProducer.acknowledging();
        Producer<String, String> producer = kafka.wrap(client);
        ProducerRecord<String, String> shared =
                new ProducerRecord<>("orders", null, "key", "hello", Received.headers("tenant", "blue"));
        onThreads(4, () -> {
            for (int i = 0; i < 250; i++) {
                producer.send(shared);
            }
            return null;
        });

        Set<String> spanIds = new HashSet<>();
        telemetry.spans("send orders").forEach(span -> spanIds.add(span.getSpanId()));
        assertThat(spanIds).hasSize(1000);
        assertThat(client.sent)
                .hasSize(1000)
                .allSatisfy(sent ->
                        assertThat(Received.spanIdIn(sent.record().headers())).isIn(spanIds));
        assertThat(Received.snapshot(shared.headers())).containsExactly("tenant=blue");
        assertThat(telemetry.total("messaging.client.sent.messages")).isEqualTo(1000);
    }

    @Test
    void many_threads_may_process_with_one_tracer() throws Exception {
        MessageTracer<ConsumerRecord<String, String>> records = kafka.records(new FakeConsumer());
        onThreads(4, () -> {
            for (int i = 0; i < 250; i++) {
                ConsumerRecord<String, String> record = Received.traced("orders", 0, i);
                records.process(record, r -> {});
            }
            return null;
        });

        assertThat(telemetry.spans("process orders")).hasSize(1000).allSatisfy(span -> {
            assertThat(span).hasNoParent();
            assertThat(span.getLinks()).hasSize(1);
        });
        assertThat(telemetry.total("messaging.client.consumed.messages")).isEqualTo(1000);
    }

    @Test
    void one_created_record_is_kept_by_one_of_two_racing_sends_and_replaced_by_the_other() throws Exception {
        FakeProducer<String, String> client = FakeProducer.acknowledging();
        Producer<String, String> producer = kafka.wrap(client);
        ProducerRecord<String, String> made = kafka.create(new ProducerRecord<>("orders", "hello"));
        onThreads(2, () -> producer.send(made));

        assertThat(telemetry.counted("linkspan.propagation.injected", "linkspan.outcome"))
                .containsEntry("kept", 1L)
                .containsEntry("replaced", 1L);
    }

    private static void onThreads(int count, Callable<?> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        CyclicBarrier start = new CyclicBarrier(count);
        List<Future<?>> done = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            done.add(threads.submit(() -> {
                start.await(10, TimeUnit.SECONDS);
                return work.call();
            }));
        }
        for (Future<?> one : done) {
            one.get(30, TimeUnit.SECONDS);
        }
        threads.shutdown();
    }
}
