package dev.linkspan.benchmarks;

import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;

/** A consumer that polls what it is given. */
final class StubConsumer extends MockConsumer<String, String> {

    ConsumerRecords<String, String> polled = ConsumerRecords.empty();

    StubConsumer() {
        super("earliest");
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the real one takes no lock of its own either
    public ConsumerRecords<String, String> poll(Duration timeout) {
        return polled;
    }
}
