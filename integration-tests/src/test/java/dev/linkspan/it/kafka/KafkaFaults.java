package dev.linkspan.it.kafka;

import dev.linkspan.faults.Application;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.KafkaApplication;
import dev.linkspan.faults.Observation;
import dev.linkspan.faults.RecordedCalls;
import dev.linkspan.faults.Telemetry;
import dev.linkspan.faults.Wrapping;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The fault tests' application on a broker. */
final class KafkaFaults {

    static final String WHERE = "kafka broker";

    /** How often a consumer polls is the network's affair. */
    private static final Set<String> TOLD = Set.of("send", "commitSync", "commitAsync", "seek", "acknowledge");

    private KafkaFaults() {}

    static Fault.Opener on(KafkaClients kafka) {
        return (wrapping, fault, seen, telemetry) -> open(kafka, wrapping, fault, seen, telemetry);
    }

    static boolean isTold(String method) {
        return TOLD.contains(method);
    }

    private static Application<?, ?> open(
            KafkaClients kafka, Wrapping wrapping, Fault fault, Observation seen, Telemetry telemetry) {
        String topic = kafka.topic(1);
        Producer<String, String> producer = kafka.producer();
        Consumer<String, String> consumer = kafka.consumerOf(topic);
        return new KafkaApplication(
                wrapping,
                fault,
                seen,
                telemetry,
                RecordedCalls.of(Producer.class, arriving(producer, fault, seen), seen, KafkaFaults::isTold),
                RecordedCalls.of(Consumer.class, consumer, seen, method -> false),
                new Topic(topic, producer, consumer));
    }

    /** Sends some records as though they came from somebody else. */
    @SuppressWarnings("unchecked") // a proxy of a Producer<K, V> is one
    private static Producer<String, String> arriving(Producer<String, String> producer, Fault fault, Observation seen) {
        Object proxy = Proxy.newProxyInstance(
                Producer.class.getClassLoader(), new Class<?>[] {Producer.class}, (self, method, arguments) -> {
                    try {
                        return method.invoke(producer, replaced(arguments, fault, seen));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        @SuppressWarnings("unchecked")
        Producer<String, String> typed = (Producer<String, String>) proxy;
        return typed;
    }

    private static Object @Nullable [] replaced(Object @Nullable [] arguments, Fault fault, Observation seen) {
        if (arguments == null || arguments.length == 0 || !(arguments[0] instanceof ProducerRecord<?, ?> record)) {
            return arguments;
        }
        int id = KafkaApplication.id((String) record.key());
        List<Header> sent = KafkaApplication.headers(record.headers());
        seen.onWire(id, sent);
        Object[] others = arguments.clone();
        others[0] = new ProducerRecord<>(
                record.topic(),
                record.partition(),
                record.timestamp(),
                record.key(),
                record.value(),
                KafkaApplication.headers(fault.arriving(id, sent)));
        return others;
    }

    private record Topic(String topic, Producer<String, String> producer, Consumer<String, String> consumer)
            implements KafkaApplication.Backend {

        @Override
        public @Nullable Throwable awaitAnswers() {
            producer.flush();
            return null;
        }

        @Override
        public boolean isDrained() {
            TopicPartition partition = new TopicPartition(topic, 0);
            return consumer.assignment().contains(partition)
                    && consumer.position(partition)
                            >= consumer.endOffsets(List.of(partition)).get(partition);
        }

        @Override
        public void close() {}
    }
}
