package dev.linkspan.kafka;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Telemetry never breaks the application. */
class KafkaBrokenTelemetryTest {

    private static final Logger LOGGER = Logger.getLogger("dev.linkspan");

    /** A way to break, and what is left of telemetry then. */
    private record Broken(String name, RecordedTelemetry telemetry) {
        @Override
        public String toString() {
            return name;
        }

        void assertCounted() {
            // newer SDKs swallow by themselves what an exporter throws
            if (!name.equals("exporter")) {
                assertThat(telemetry.total("linkspan.telemetry.errors")).isPositive();
            }
        }
    }

    @BeforeAll
    static void quiet() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterAll
    static void loud() {
        LOGGER.setLevel(null);
    }

    static Stream<Broken> broken() {
        return Stream.of(
                new Broken("propagator", RecordedTelemetry.propagating(new BrokenTelemetry.Propagator())),
                new Broken(
                        "sampler",
                        RecordedTelemetry.tracing(tracing -> tracing.setSampler(new Samplers.Seeing((name, links) -> {
                            throw new AssertionError("sampler");
                        })))),
                new Broken(
                        "processor at start",
                        RecordedTelemetry.tracing(
                                tracing -> tracing.addSpanProcessor(new BrokenTelemetry.Processor(true)))),
                new Broken(
                        "processor at end",
                        RecordedTelemetry.tracing(
                                tracing -> tracing.addSpanProcessor(new BrokenTelemetry.Processor(false)))),
                new Broken(
                        "exporter",
                        RecordedTelemetry.tracing(
                                tracing -> tracing.addSpanProcessor(SimpleSpanProcessor.create(brokenExporter())))));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void records_are_sent_and_callbacks_called_on_the_network_thread(Broken broken) throws Exception {
        ExecutorService network = Executors.newSingleThreadExecutor();
        List<Future<?>> answers = new ArrayList<>();
        FakeProducer<String, String> client =
                new FakeProducer<>(sent -> answers.add(network.submit(() -> sent.acknowledge(0, 0))));
        Producer<String, String> producer =
                KafkaTelemetry.create(broken.telemetry.sdk()).wrap(client);
        AtomicInteger called = new AtomicInteger();
        Context before = Context.current();
        for (int i = 0; i < 1000; i++) {
            producer.send(
                            new ProducerRecord<>("orders", null, "key", "hello", Received.headers("tenant", "blue")),
                            (metadata, exception) -> called.incrementAndGet())
                    .get(10, TimeUnit.SECONDS);
        }
        for (Future<?> answer : answers) {
            // throws what came out of the callback
            answer.get(10, TimeUnit.SECONDS);
        }
        network.shutdown();

        assertThat(called).hasValue(1000);
        assertThat(client.sent)
                .hasSize(1000)
                .allSatisfy(sent -> assertThat(Received.snapshot(sent.record().headers()))
                        .contains("tenant=blue")
                        .doesNotContain("traceparent=half"));
        assertThat(Context.current()).isSameAs(before);
        assertThat(broken.telemetry.total("messaging.client.sent.messages")).isEqualTo(1000);
        broken.assertCounted();
    }

    @ParameterizedTest
    @MethodSource("broken")
    void records_are_polled_processed_and_committed(Broken broken) {
        KafkaTelemetry kafka = KafkaTelemetry.create(broken.telemetry.sdk());
        ConsumerRecords<String, String> records = Received.all(Received.traced("orders", 0, 1));
        Consumer<String, String> consumer = kafka.wrap(FakeConsumer.of(records));
        MessageTracer<ConsumerRecord<String, String>> tracer = kafka.records(consumer);
        Context before = Context.current();
        List<String> handled = new ArrayList<>();
        IllegalStateException failure = new IllegalStateException("handler");

        assertThat(consumer.poll(Duration.ZERO)).isSameAs(records);
        for (ConsumerRecord<String, String> record : records) {
            tracer.process(record, r -> {
                handled.add(r.value());
                consumer.commitSync();
                consumer.commitAsync((offsets, exception) -> handled.add("committed"));
            });
            assertThatThrownBy(() -> tracer.process(record, r -> {
                        throw failure;
                    }))
                    .isSameAs(failure);
        }

        assertThat(handled).containsExactly("value", "committed");
        assertThat(Context.current()).isSameAs(before);
        assertThat(broken.telemetry.total("messaging.client.consumed.messages")).isEqualTo(1);
        broken.assertCounted();
    }

    @Test
    @SuppressWarnings("FutureReturnValueIgnored")
    void record_is_the_callers_own_when_injection_breaks_halfway() {
        RecordedTelemetry telemetry = RecordedTelemetry.propagating(new BrokenTelemetry.Propagator());
        FakeProducer<String, String> client = FakeProducer.acknowledging();
        ProducerRecord<String, String> record = new ProducerRecord<>(
                "orders", null, "key", "hello", Received.headers("traceparent", "theirs", "tenant", "blue"));
        KafkaTelemetry.create(telemetry.sdk()).wrap(client).send(record);

        assertThat(client.lastRecord()).isSameAs(record);
        assertThat(Received.snapshot(record.headers())).containsExactly("traceparent=theirs", "tenant=blue");
        telemetry.close();
    }

    @Test
    void policy_that_throws_is_no_trouble() {
        RecordedTelemetry telemetry = RecordedTelemetry.create();
        KafkaTelemetry kafka = KafkaTelemetry.builder(telemetry.sdk())
                .policy(policy -> policy.messageKeys(key -> {
                            throw new AssertionError("keys");
                        })
                        .destinationTemplate(topic -> {
                            throw new AssertionError("template");
                        })
                        .extraAttributes((operation, message) -> {
                            throw new AssertionError("attributes");
                        }))
                .build();
        kafka.records(new FakeConsumer()).process(Received.traced("orders", 0, 1), record -> {});

        assertThat(telemetry.spans()).hasSize(1);
        assertThat(RecordedTelemetry.linkedSpans(telemetry.spans().get(0))).containsExactly(Received.spanId(1));
        telemetry.close();
    }

    private static SpanExporter brokenExporter() {
        return (SpanExporter) Proxy.newProxyInstance(
                SpanExporter.class.getClassLoader(), new Class<?>[] {SpanExporter.class}, (proxy, method, args) -> {
                    throw new AssertionError(method.getName());
                });
    }
}
