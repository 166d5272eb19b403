package dev.linkspan.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.batch.BatchResult;
import dev.linkspan.kafka.KafkaSettlement;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** The application over Kafka's clients, in memory or on a broker; a record's key is its id. */
public final class KafkaApplication
        extends Application<ProducerRecord<String, String>, ConsumerRecord<String, String>> {

    static final String TOPIC = "faults";

    /** What stands behind the clients. */
    public interface Backend extends AutoCloseable {

        /** See {@link Application#awaitAnswers}. */
        @Nullable
        Throwable awaitAnswers();

        /** Whether the consumer has all that there is to get. */
        boolean isDrained();

        /** The topic to send to. */
        default String topic() {
            return TOPIC;
        }

        @Override
        void close();
    }

    private final Backend backend;
    private final Producer<String, String> producer;
    private final Consumer<String, String> consumer;
    private final MessageTracer<ConsumerRecord<String, String>> tracer;
    private final BatchProcessor<ConsumerRecord<String, String>> processor;
    private final KafkaSettlement<String, String> settlement;
    private final Tracing<Headers> tracing;

    public KafkaApplication(
            Wrapping wrapping,
            Fault fault,
            Observation seen,
            Telemetry telemetry,
            Producer<String, String> producer,
            Consumer<String, String> consumer,
            Backend backend) {
        super(fault, seen);
        this.backend = backend;
        KafkaTelemetry kafka = KafkaTelemetry.builder(telemetry.openTelemetry())
                .policy(telemetry.policy())
                .build();
        boolean wraps = wrapping == Wrapping.LINKSPAN;
        Producer<String, String> once = wraps && !fault.sentElsewhere ? kafka.wrap(producer) : producer;
        this.producer = wraps && fault.nested ? kafka.wrap(once) : once;
        Consumer<String, String> onceToo = wraps ? kafka.wrap(consumer) : consumer;
        this.consumer = wraps && fault.nested ? kafka.wrap(onceToo) : onceToo;
        this.tracer = kafka.records(this.consumer);
        this.processor = BatchProcessor.create(tracer);
        this.settlement = KafkaSettlement.of(this.consumer);
        this.tracing = new Tracing<>(
                wrapping, telemetry, new Getter(), (headers, name, value) -> headers.add(name, value.getBytes(UTF_8)));
    }

    public static int id(String key) {
        return Integer.parseInt(key);
    }

    /** A copy. */
    public static List<Header> headers(Headers headers) {
        List<Header> copy = new ArrayList<>();
        headers.forEach(header -> copy.add(new Header(header.key(), header.value())));
        return copy;
    }

    public static RecordHeaders headers(List<Header> headers) {
        RecordHeaders own = new RecordHeaders();
        headers.forEach(header -> own.add(header.name(), header.value()));
        return own;
    }

    @Override
    protected ProducerRecord<String, String> outgoing(int id, List<Header> headers) {
        return new ProducerRecord<>(backend.topic(), null, null, Integer.toString(id), "value", headers(headers));
    }

    @Override
    protected String describe(ProducerRecord<String, String> record) {
        return headers(record.headers()).toString();
    }

    @Override
    protected void send(ProducerRecord<String, String> record, int id) {
        Runnable sent = sending(tracing, record.headers());
        producer.send(record, (metadata, exception) -> {
            sent.run();
            answered(id, exception);
        });
    }

    private void answered(int id, @Nullable Exception exception) {
        if (exception == null) {
            seen.acknowledged(id);
        } else {
            seen.arrived("answer to " + id, exception);
        }
    }

    @Override
    protected @Nullable Throwable awaitAnswers() {
        return backend.awaitAnswers();
    }

    @Override
    protected List<ConsumerRecord<String, String>> poll() {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        while (records.isEmpty() && !backend.isDrained()) {
            consumer.poll(Duration.ofMillis(100)).forEach(records::add);
        }
        return records;
    }

    @Override
    protected void consume(List<ConsumerRecord<String, String>> records) {
        if (fault.batches) {
            seen.call("process batch from " + records.get(0).key(), records.size(), () -> consumeBatch(records));
            return;
        }
        for (ConsumerRecord<String, String> record : records) {
            seen.call("process " + id(record.key()), () -> process(record));
        }
        ConsumerRecord<String, String> last = records.get(records.size() - 1);
        TopicPartition partition = new TopicPartition(last.topic(), last.partition());
        seen.call("commit", () -> consumer.commitSync(Map.of(partition, new OffsetAndMetadata(last.offset() + 1))));
    }

    private void process(ConsumerRecord<String, String> record) throws Throwable {
        tracing.process(tracer, record, record.headers(), this::handle);
    }

    /** Every record succeeds: which one failed is what the batch knows, and bare code has to find out. */
    private void consumeBatch(List<ConsumerRecord<String, String>> records) throws Throwable {
        if (tracing.wraps()) {
            BatchResult<ConsumerRecord<String, String>> result =
                    processor.process(records, batch -> handleAll(batch.messages()));
            result.settle(settlement::settle);
        } else {
            tracing.batch(() -> records.stream().map(ConsumerRecord::headers).iterator(), () -> handleAll(records));
            settlement.settle(records, record -> true);
        }
    }

    private void handleAll(List<ConsumerRecord<String, String>> records) throws Throwable {
        for (ConsumerRecord<String, String> record : records) {
            handle(record);
        }
    }

    private void handle(ConsumerRecord<String, String> record) throws Throwable {
        handle(id(record.key()));
    }

    @Override
    public void close() {
        backend.close();
    }

    static final class Getter implements TextMapGetter<Headers> {

        @Override
        public Iterable<String> keys(Headers headers) {
            return headers(headers).stream().map(Header::name).toList();
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String name) {
            var last = headers == null ? null : headers.lastHeader(name);
            return last == null || last.value() == null ? null : new String(last.value(), UTF_8);
        }
    }
}
