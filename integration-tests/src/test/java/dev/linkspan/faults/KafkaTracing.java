package dev.linkspan.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.linkspan.kafka.KafkaTelemetry;
import io.opentelemetry.api.trace.Span;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/** What an application of Kafka's clients does to be traced, or not, where it is too unlike {@link KafkaApplication}. */
public final class KafkaTracing {

    private final Wrapping wrapping;
    private final KafkaTelemetry kafka;
    private final NaiveTracing<Headers> naive;

    public KafkaTracing(Wrapping wrapping, Telemetry telemetry) {
        this.wrapping = wrapping;
        this.kafka = KafkaTelemetry.create(telemetry.openTelemetry());
        this.naive = new NaiveTracing<>(
                telemetry,
                new KafkaApplication.Getter(),
                (headers, name, value) -> headers.add(name, value.getBytes(UTF_8)));
    }

    public Wrapping wrapping() {
        return wrapping;
    }

    public KafkaTelemetry telemetry() {
        return kafka;
    }

    public <K, V> Producer<K, V> wrap(Producer<K, V> producer, Map<String, ?> config) {
        return wrapping == Wrapping.LINKSPAN ? kafka.wrap(producer, config) : producer;
    }

    public <K, V> Consumer<K, V> wrap(Consumer<K, V> consumer) {
        return wrapping == Wrapping.LINKSPAN ? kafka.wrap(consumer) : consumer;
    }

    public <K, V> ShareConsumer<K, V> wrap(ShareConsumer<K, V> consumer) {
        return wrapping == Wrapping.LINKSPAN ? kafka.wrap(consumer) : consumer;
    }

    /** The producer is a wrapped one. */
    public <K, V> void send(Producer<K, V> producer, ProducerRecord<K, V> record, Callback callback) {
        if (wrapping == Wrapping.NAIVE) {
            Span span = naive.send(record.headers());
            producer.send(record, (metadata, exception) -> {
                span.end();
                callback.onCompletion(metadata, exception);
            });
        } else {
            producer.send(record, callback);
        }
    }

    /** The consumer is a wrapped one. */
    public <K, V> void process(Consumer<K, V> consumer, ConsumerRecord<K, V> record, Observation.Step handler)
            throws Throwable {
        switch (wrapping) {
            case NONE -> handler.run();
            case NAIVE -> naive.process(record.headers(), handler);
            case LINKSPAN -> kafka.records(consumer).process(record, r -> handler.run());
        }
    }

    /** As the other, for a member of a share group. */
    public <K, V> void process(ShareConsumer<K, V> consumer, ConsumerRecord<K, V> record, Observation.Step handler)
            throws Throwable {
        switch (wrapping) {
            case NONE -> handler.run();
            case NAIVE -> naive.process(record.headers(), handler);
            case LINKSPAN -> kafka.records(consumer).process(record, r -> handler.run());
        }
    }

    /** A batch of naive tracing. */
    public <K, V> void naiveBatch(List<ConsumerRecord<K, V>> records, Observation.Step handler) throws Throwable {
        naive.batch(() -> records.stream().map(ConsumerRecord::headers).iterator(), handler);
    }
}
