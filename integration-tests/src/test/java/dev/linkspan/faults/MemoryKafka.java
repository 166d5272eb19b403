package dev.linkspan.faults;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.kafka.KafkaTelemetryConsumerInterceptor;
import dev.linkspan.kafka.KafkaTelemetryProducerInterceptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** A partition in memory, and the two clients that use it. */
final class MemoryKafka implements KafkaApplication.Backend {

    private static final TopicPartition PARTITION = new TopicPartition(KafkaApplication.TOPIC, 0);

    private final Network network = new Network(true);
    private final List<ConsumerRecord<String, String>> log = new ArrayList<>();
    private final Observation seen;
    private final Fault fault;
    private int position;
    private long forgotten;
    private final @Nullable KafkaTelemetryProducerInterceptor<String, String> onSend;
    private final @Nullable KafkaTelemetryConsumerInterceptor<String, String> onPoll;

    MemoryKafka(Fault fault, Observation seen) {
        this(fault, seen, null);
    }

    /** @param intercepting what the clients are configured with, as {@code interceptor.classes} does it; may be null */
    MemoryKafka(Fault fault, Observation seen, @Nullable KafkaTelemetry intercepting) {
        this.seen = seen;
        this.fault = fault;
        this.onSend = intercepting == null ? null : new KafkaTelemetryProducerInterceptor<>();
        this.onPoll = intercepting == null ? null : new KafkaTelemetryConsumerInterceptor<>();
        if (onSend != null && onPoll != null) {
            Map<String, Object> config = Map.of(KafkaTelemetry.CONFIG_KEY, intercepting);
            onSend.configure(config);
            onPoll.configure(config);
        }
    }

    Producer<String, String> producer() {
        return recorded(Producer.class, new MemoryProducer());
    }

    Consumer<String, String> consumer() {
        MemoryConsumer consumer = new MemoryConsumer();
        consumer.assign(List.of(PARTITION));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        return recorded(Consumer.class, consumer);
    }

    @Override
    public @Nullable Throwable awaitAnswers() {
        network.awaitIdle();
        return network.death();
    }

    @Override
    public boolean isDrained() {
        if (position < log.size()) {
            return false;
        }
        forgotten += position;
        log.clear();
        position = 0;
        return true;
    }

    @Override
    public void close() {
        network.close();
    }

    /** Answers from its own thread, and closes the headers of what it is given, as the real one does. */
    private final class MemoryProducer extends MockProducer<String, String> {

        @Override
        public Future<RecordMetadata> send(ProducerRecord<String, String> given, @Nullable Callback callback) {
            ProducerRecord<String, String> record = onSend == null ? given : onSend.onSend(given);
            RecordHeaders headers = new RecordHeaders(record.headers());
            ((RecordHeaders) record.headers()).setReadOnly();
            CompletableFuture<RecordMetadata> future = new CompletableFuture<>();
            int id = KafkaApplication.id(record.key());
            network.submit(() -> {
                long offset = forgotten + log.size();
                log.add(new ConsumerRecord<>(
                        record.topic(),
                        0,
                        offset,
                        0L,
                        TimestampType.CREATE_TIME,
                        3,
                        5,
                        record.key(),
                        record.value(),
                        KafkaApplication.headers(fault.arriving(id, KafkaApplication.headers(headers))),
                        Optional.empty()));
                seen.onWire(id, KafkaApplication.headers(headers));
                RecordMetadata metadata = new RecordMetadata(PARTITION, offset, 0, 0L, 3, 5);
                future.complete(metadata);
                if (onSend != null) {
                    onSend.onAcknowledgement(metadata, null);
                }
                if (callback != null) {
                    callback.onCompletion(metadata, null);
                }
            });
            return future;
        }
    }

    private final class MemoryConsumer extends MockConsumer<String, String> {

        @SuppressWarnings("deprecation") // its successor is not there in kafka-clients 3.9
        MemoryConsumer() {
            super(OffsetResetStrategy.EARLIEST);
        }

        @Override
        @SuppressWarnings({"deprecation", "removal"}) // its successor is not there in kafka-clients 3.9
        public synchronized ConsumerRecords<String, String> poll(Duration timeout) {
            int end = Math.min(log.size(), position + fault.pollSize);
            List<ConsumerRecord<String, String>> next = List.copyOf(log.subList(position, end));
            position = end;
            if (next.isEmpty()) {
                return ConsumerRecords.empty();
            }
            ConsumerRecords<String, String> records = new ConsumerRecords<>(Map.of(PARTITION, next));
            return onPoll == null ? records : onPoll.onConsume(records);
        }

        @Override
        @SuppressWarnings({"deprecation", "removal"}) // there is no other way to make one
        public ConsumerGroupMetadata groupMetadata() {
            return new ConsumerGroupMetadata("billing", 1, "member", Optional.empty());
        }
    }

    /** Tells of each call that may change something. */
    private <T> T recorded(Class<? super T> type, T client) {
        return RecordedCalls.of(type, client, seen, method -> !RecordedCalls.QUESTIONS.contains(method));
    }
}
