package dev.linkspan.kafka;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;

/** A consumer whose polls do what they are told to, and find nothing otherwise. */
class FakeConsumer extends MockConsumer<String, String> {

    private final Deque<Supplier<ConsumerRecords<String, String>>> polls = new ArrayDeque<>();

    @SuppressWarnings("deprecation") // its successor is not there in kafka-clients 3.9
    FakeConsumer() {
        super(OffsetResetStrategy.EARLIEST);
    }

    static FakeConsumer of(ConsumerRecords<String, String> records) {
        return new FakeConsumer().next(() -> records);
    }

    @SafeVarargs
    static FakeConsumer of(ConsumerRecord<String, String>... records) {
        return of(Received.all(records));
    }

    FakeConsumer next(Supplier<ConsumerRecords<String, String>> poll) {
        polls.add(poll);
        return this;
    }

    @Override
    public synchronized ConsumerRecords<String, String> poll(Duration timeout) {
        return polls.isEmpty() ? ConsumerRecords.empty() : polls.remove().get();
    }

    @Override
    @SuppressWarnings({"deprecation", "removal"}) // there is no other way to make one
    public ConsumerGroupMetadata groupMetadata() {
        return new ConsumerGroupMetadata("billing", 1, "member", Optional.empty());
    }
}
