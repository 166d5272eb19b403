package dev.linkspan.kafka;

import static java.util.Objects.requireNonNull;

import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.propagation.MessageSender;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Carries trace context through Kafka: wraps producers and consumers, and traces the processing of records.
 *
 * <pre>{@code
 * KafkaTelemetry kafka = KafkaTelemetry.create(openTelemetry);
 *
 * Producer<String, String> producer = kafka.wrap(new KafkaProducer<>(config));
 * producer.send(new ProducerRecord<>("orders", "hello"));           // carries traceparent
 *
 * Consumer<String, String> consumer = kafka.wrap(new KafkaConsumer<>(config));
 * MessageTracer<ConsumerRecord<String, String>> records = kafka.records(consumer);
 * for (ConsumerRecord<String, String> record : consumer.poll(timeout)) {
 *     records.process(record, this::handle);                        // linked to the producer, no child of it
 * }
 * }</pre>
 *
 * <p>Immutable and thread-safe; make one per application. What telemetry throws never reaches the application
 * ({@link MessagingTelemetry}). Works with kafka-clients 3.9 and newer.
 */
public final class KafkaTelemetry {

    /**
     * The client property that hands a {@code KafkaTelemetry} to {@link KafkaTelemetryProducerInterceptor} and
     * {@link KafkaTelemetryConsumerInterceptor}: {@value}.
     */
    public static final String CONFIG_KEY = "linkspan.kafka.telemetry";

    static final int DEFAULT_MAX_REQUEST_SIZE = 1_048_576;

    private final MessagingTelemetry messaging;
    private final @Nullable String clusterId;
    private final MessageSender<ProducerRecord<Object, Object>, Headers> creator;

    KafkaTelemetry(MessagingTelemetry messaging, @Nullable String clusterId) {
        this.messaging = messaging;
        this.clusterId = clusterId;
        this.creator = messaging.sender(
                new KafkaProducerRecordAdapter<>(), client(Map.of()).ofProducer());
    }

    /**
     * With all policies at their defaults.
     *
     * @throws NullPointerException if openTelemetry is null
     */
    public static KafkaTelemetry create(OpenTelemetry openTelemetry) {
        return builder(openTelemetry).build();
    }

    /**
     * With settings that are shared with other brokers.
     *
     * @throws NullPointerException if messaging is null
     */
    public static KafkaTelemetry create(MessagingTelemetry messaging) {
        return builder(messaging).build();
    }

    /**
     * To set policies.
     *
     * @throws NullPointerException if openTelemetry is null
     */
    public static KafkaTelemetryBuilder builder(OpenTelemetry openTelemetry) {
        return new KafkaTelemetryBuilder(openTelemetry);
    }

    /**
     * To set what is this broker's own beside settings that are shared with others. Policies set here come on top of the
     * shared ones, and change nothing for the others.
     *
     * @throws NullPointerException if messaging is null
     */
    public static KafkaTelemetryBuilder builder(MessagingTelemetry messaging) {
        return new KafkaTelemetryBuilder(messaging);
    }

    /**
     * Wraps a producer: each record that it sends is a copy of the caller's with the trace context in its headers, and the
     * send span ends when the broker has answered. A producer that is wrapped already is returned as it is.
     *
     * @throws NullPointerException if producer is null
     */
    public <K, V> Producer<K, V> wrap(Producer<K, V> producer) {
        return wrap(producer, Map.of());
    }

    /**
     * As {@link #wrap(Producer)}, with what the producer does not tell of itself.
     *
     * @param config the configuration that the producer was made with; {@code client.id}, {@code bootstrap.servers} (if it
     *     is one), {@code max.request.size} and {@code transactional.id} are used
     * @throws NullPointerException if an argument is null
     */
    @SuppressWarnings("unchecked") // the proxy of a Producer<K, V> is one
    public <K, V> Producer<K, V> wrap(Producer<K, V> producer, Map<?, ?> config) {
        requireNonNull(producer, "producer must not be null");
        if (ClientProxy.overrides(producer, KafkaTracedProducer.class) != null) {
            return producer;
        }
        KafkaClientFacts client = client(config);
        return ClientProxy.wrap(
                Producer.class,
                producer,
                new KafkaTracedProducer<>(
                        producer, messaging, client.of(producer), client.maxRequestSize(), client.transactional()),
                MethodHandles.lookup());
    }

    /**
     * Wraps a consumer: each poll that brings records makes a receive span with a link to each producer, and commits make
     * settle spans. The records come as the client returned them. A consumer that is wrapped already is returned as it is.
     *
     * <p>Wrap on the thread that uses the consumer. The group is read from the consumer here, once.
     *
     * @throws NullPointerException if consumer is null
     */
    public <K, V> Consumer<K, V> wrap(Consumer<K, V> consumer) {
        return wrap(consumer, Map.of());
    }

    /**
     * As {@link #wrap(Consumer)}, with what the consumer does not tell of itself.
     *
     * @param config the configuration that the consumer was made with; {@code client.id}, {@code group.id},
     *     {@code bootstrap.servers} (if it is one) and, for {@link KafkaSettlement}, {@code enable.auto.commit} are used
     * @throws NullPointerException if an argument is null
     */
    @SuppressWarnings("unchecked") // the proxy of a Consumer<K, V> is one
    public <K, V> Consumer<K, V> wrap(Consumer<K, V> consumer, Map<?, ?> config) {
        requireNonNull(consumer, "consumer must not be null");
        if (ClientProxy.overrides(consumer, KafkaTracedConsumer.class) != null) {
            return consumer;
        }
        KafkaClientFacts client = client(config);
        return ClientProxy.wrap(
                Consumer.class,
                consumer,
                new KafkaTracedConsumer<>(consumer, messaging, client.of(consumer), client.autoCommits()),
                MethodHandles.lookup());
    }

    /**
     * Wraps a consumer of a share group: polls make receive spans, commits settle spans; acknowledgements are the caller's
     * and are passed on. A consumer that is wrapped already is returned as it is.
     *
     * @throws NullPointerException if consumer is null
     */
    public <K, V> ShareConsumer<K, V> wrap(ShareConsumer<K, V> consumer) {
        return wrap(consumer, Map.of());
    }

    /**
     * As {@link #wrap(ShareConsumer)}, with what the consumer does not tell of itself.
     *
     * @param config the configuration that the consumer was made with; {@code client.id}, {@code group.id} and
     *     {@code bootstrap.servers} (if it is one) are used
     * @throws NullPointerException if an argument is null
     */
    @SuppressWarnings("unchecked") // the proxy of a ShareConsumer<K, V> is one
    public <K, V> ShareConsumer<K, V> wrap(ShareConsumer<K, V> consumer, Map<?, ?> config) {
        requireNonNull(consumer, "consumer must not be null");
        if (ClientProxy.overrides(consumer, KafkaTracedShareConsumer.class) != null) {
            return consumer;
        }
        return ClientProxy.wrap(
                ShareConsumer.class,
                consumer,
                new KafkaTracedShareConsumer<>(
                        consumer, messaging, client(config).of(consumer)),
                MethodHandles.lookup());
    }

    /**
     * The tracer over a consumer's records. It may be used from any thread, and calls no method of the consumer. That of a
     * consumer that this telemetry wrapped is the same each time; that of another is made anew, to be kept.
     *
     * @param consumer what {@link #wrap(Consumer)} returned, or a consumer that is not wrapped: then call this on the thread
     *     that uses it, and deliveries are counted when they are processed. A class of your own around a wrapped consumer is
     *     not recognized, and deliveries would be counted twice
     * @throws NullPointerException if consumer is null
     */
    @SuppressWarnings("unchecked") // what overrides a Consumer<K, V> is of these types, too
    public <K, V> MessageTracer<ConsumerRecord<K, V>> records(Consumer<K, V> consumer) {
        requireNonNull(consumer, "consumer must not be null");
        KafkaTracedConsumer<K, V> traced = ClientProxy.overrides(consumer, KafkaTracedConsumer.class);
        if (traced != null) {
            return traced.telemetry == messaging ? traced.tracer : records(traced.facts, false);
        }
        KafkaClientFacts client = client(Map.of());
        return records(client.of(consumer), !client.isCounted(consumer::metrics));
    }

    /**
     * The tracer over the records of a share group's consumer, as {@link #records(Consumer)}.
     *
     * @throws NullPointerException if consumer is null
     */
    @SuppressWarnings("unchecked") // what overrides a ShareConsumer<K, V> is of these types, too
    public <K, V> MessageTracer<ConsumerRecord<K, V>> records(ShareConsumer<K, V> consumer) {
        requireNonNull(consumer, "consumer must not be null");
        KafkaTracedShareConsumer<K, V> traced = ClientProxy.overrides(consumer, KafkaTracedShareConsumer.class);
        if (traced != null) {
            return traced.telemetry == messaging ? traced.tracer : records(traced.facts, false);
        }
        KafkaClientFacts client = client(Map.of());
        return records(client.of(consumer), !client.isCounted(consumer::metrics));
    }

    /**
     * Gives a record a creation context of its own, for records that are made now and sent later or by another thread: makes
     * a Create span that ends here. A wrapped producer that sends the copy keeps that context, and its send span links to it.
     *
     * @return a copy with the context in its headers; the record itself if there is no context to write
     * @throws NullPointerException if record is null
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // the creator looks at no key's or value's type
    public <K, V> ProducerRecord<K, V> create(ProducerRecord<K, V> record) {
        requireNonNull(record, "record must not be null");
        MessageSender<ProducerRecord<K, V>, Headers> sender = (MessageSender) creator;
        try (MessageSpan span = sender.create(record)) {
            if (!sender.injects(span)) {
                return record;
            }
            ProducerRecord<K, V> copy = KafkaTracedProducer.copyOf(record);
            return sender.inject(span, copy.headers()) ? copy : record;
        } catch (Throwable t) {
            messaging.suppressed("kafka.copy", t);
            return record;
        }
    }

    MessagingTelemetry messaging() {
        return messaging;
    }

    <K, V> MessageTracer<ConsumerRecord<K, V>> records(ClientFacts facts, boolean countsDeliveries) {
        return messaging.tracer(new KafkaConsumerRecordAdapter<>(), facts, countsDeliveries);
    }

    KafkaClientFacts client(Map<?, ?> config) {
        return new KafkaClientFacts(
                messaging,
                requireNonNull(config, "config must be the client's configuration; leave it out if it is not at hand"),
                clusterId);
    }
}
