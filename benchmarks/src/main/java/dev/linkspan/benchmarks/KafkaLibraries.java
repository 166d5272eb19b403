package dev.linkspan.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import brave.Span;
import brave.Tracer;
import brave.kafka.clients.KafkaTracing;
import dev.linkspan.kafka.KafkaTelemetry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Kafka's clients, traced. */
final class KafkaLibraries {

    private KafkaLibraries() {}

    static Traced<ConsumerRecord<String, String>> of(Library library, Backend backend) {
        return switch (library) {
            case BARE -> new Bare();
            case HAND_WRITTEN -> new ByHand(backend);
            case LEAST -> new Least(backend);
            case LINKSPAN -> new Linkspan(backend);
            case OPENTELEMETRY -> new OpenTelemetry(backend);
            case BRAVE -> new Brave(backend);
        };
    }

    private static class Bare extends Traced<ConsumerRecord<String, String>> {

        final KafkaStubs.Sending sending = new KafkaStubs.Sending();
        final KafkaStubs.Polling polling = new KafkaStubs.Polling();
        Producer<String, String> producer = sending;
        org.apache.kafka.clients.consumer.Consumer<String, String> consumer = polling;

        @Override
        ConsumerRecord<String, String> message(int number, Map<String, String> headers) {
            return KafkaStubs.record(number, headers);
        }

        @Override
        Object send() {
            return producer.send(record());
        }

        static ProducerRecord<String, String> record() {
            return new ProducerRecord<>(HandWritten.DESTINATION, "customer", "chair");
        }

        @Override
        ConsumerRecords<String, String> receive() {
            return consumer.poll(Duration.ZERO);
        }

        @Override
        void arrive(List<ConsumerRecord<String, String>> records) {
            polling.arrive(records);
        }

        @Override
        Map<String, String> sent() {
            Map<String, String> headers = new HashMap<>();
            sending.last.headers().forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
            return headers;
        }
    }

    private static final class ByHand extends Bare {

        private final KafkaHandWritten own;

        ByHand(Backend backend) {
            own = new KafkaHandWritten(backend.openTelemetry());
            handling = Handling.byHand(own);
        }

        @Override
        Object send() {
            return own.send(producer, record());
        }

        @Override
        ConsumerRecords<String, String> receive() {
            ConsumerRecords<String, String> records = super.receive();
            own.received(
                    "poll orders",
                    "poll",
                    StreamSupport.stream(records.spliterator(), false).toList());
            return records;
        }
    }

    private static final class Least extends Bare {

        private final KafkaLeast least;

        Least(Backend backend) {
            least = new KafkaLeast(backend.openTelemetry().getTracer("shop"));
            handling = (records, handler) -> records.forEach(record -> least.process(record, handler));
        }

        @Override
        Object send() {
            return least.send(producer, record());
        }
    }

    private static final class Linkspan extends Bare {

        Linkspan(Backend backend) {
            KafkaTelemetry kafka = KafkaTelemetry.create(backend.openTelemetry());
            producer = kafka.wrap(producer);
            consumer = kafka.wrap(consumer);
            handling = Handling.linkspan(kafka.records(consumer));
        }
    }

    /** Its spans are made while the records that a poll brought are gone through. */
    private static final class OpenTelemetry extends Bare {

        OpenTelemetry(Backend backend) {
            var kafka =
                    io.opentelemetry.instrumentation.kafkaclients.v2_6.KafkaTelemetry.create(backend.openTelemetry());
            producer = kafka.wrap(producer);
            consumer = kafka.wrap(consumer);
        }

        @Override
        void process(
                List<ConsumerRecord<String, String>> records,
                Consumer<? super ConsumerRecord<String, String>> handler) {
            arrive(records);
            for (ConsumerRecord<String, String> record : receive()) {
                handler.accept(record);
            }
        }
    }

    private static final class Brave extends Bare {

        private final KafkaTracing kafka;
        private final Tracer tracer;

        Brave(Backend backend) {
            kafka = KafkaTracing.create(backend.zipkin());
            tracer = backend.zipkin().tracer();
            producer = kafka.producer(producer);
            consumer = kafka.consumer(consumer);
        }

        @Override
        boolean b3() {
            return true;
        }

        @Override
        void process(
                List<ConsumerRecord<String, String>> records,
                Consumer<? super ConsumerRecord<String, String>> handler) {
            for (ConsumerRecord<String, String> record : records) {
                Span span = kafka.nextSpan(record).name("process").start();
                try (Tracer.SpanInScope scope = tracer.withSpanInScope(span)) {
                    handler.accept(record);
                } finally {
                    span.finish();
                }
            }
        }
    }
}
