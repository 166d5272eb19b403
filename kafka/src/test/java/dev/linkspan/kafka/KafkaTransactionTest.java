package dev.linkspan.kafka;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // as Kafka's users do
class KafkaTransactionTest {

    private static final ConsumerGroupMetadata GROUP = new FakeConsumer().groupMetadata();
    private static final Map<TopicPartition, OffsetAndMetadata> OFFSETS =
            Map.of(new TopicPartition("orders", 3), new OffsetAndMetadata(42));

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());
    private final MockProducer<String, String> client =
            new MockProducer<>(Cluster.empty(), true, null, new StringSerializer(), new StringSerializer());
    private final Producer<String, String> producer = kafka.wrap(client, Map.of("client.id", "shop"));

    @BeforeEach
    void begin() {
        producer.initTransactions();
        producer.beginTransaction();
    }

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void committed_records_carry_context() {
        producer.send(new ProducerRecord<>("orders", "hello"));
        producer.commitTransaction();

        assertThat(client.history())
                .singleElement()
                .satisfies(record -> assertThat(Received.spanIdIn(record.headers()))
                        .isEqualTo(telemetry.span("send orders").getSpanId()));
    }

    @Test
    void aborted_records_are_gone() {
        producer.send(new ProducerRecord<>("orders", "hello"));
        producer.abortTransaction();

        assertThat(client.history()).isEmpty();
        assertThat(client.transactionAborted()).isTrue();
    }

    @Test
    void offsets_sent_to_the_transaction_are_a_settle_span() {
        SpanContext caller = telemetry.inSpan("work", () -> producer.sendOffsetsToTransaction(OFFSETS, GROUP));
        producer.commitTransaction();

        assertThat(client.consumerGroupOffsetsHistory()).containsExactly(Map.of("billing", OFFSETS));
        assertThat(telemetry.span("commit orders"))
                .hasKind(SpanKind.CLIENT)
                .hasParentSpanId(caller.getSpanId())
                .hasTotalRecordedLinks(0)
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "kafka")
                        .put("messaging.operation.name", "commit")
                        .put("messaging.operation.type", "settle")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.destination.partition.id", "3")
                        .put("messaging.kafka.offset", 42)
                        .put("messaging.consumer.group.name", "billing")
                        .put("messaging.client.id", "shop")
                        .build());
    }

    @Test
    void offsets_sent_outside_any_span_make_none_but_are_measured() {
        producer.sendOffsetsToTransaction(OFFSETS, GROUP);

        assertThat(telemetry.spans()).isEmpty();
        assertThat(telemetry.measured("messaging.client.operation.duration"))
                .isEqualTo(Map.of(
                        Attributes.builder()
                                .put("messaging.system", "kafka")
                                .put("messaging.operation.name", "commit")
                                .put("messaging.operation.type", "settle")
                                .put("messaging.destination.name", "orders")
                                .put("messaging.consumer.group.name", "billing")
                                .build(),
                        1L));
    }

    @Test
    void failure_to_send_offsets_reaches_the_caller_as_it_is() {
        ProducerFencedException fenced = new ProducerFencedException("fenced");
        client.sendOffsetsToTransactionException = fenced;
        telemetry.inSpan(
                "work",
                () -> assertThatThrownBy(() -> producer.sendOffsetsToTransaction(OFFSETS, GROUP))
                        .isSameAs(fenced));

        assertThat(telemetry.span("commit orders").getStatus().getDescription()).isEqualTo("fenced");
    }

    @Test
    void null_offsets_and_group_are_the_clients_to_judge() {
        Throwable bare = catchThrowable(() -> client.sendOffsetsToTransaction(null, null));
        Throwable wrapped = catchThrowable(() -> producer.sendOffsetsToTransaction(null, null));

        assertThat(wrapped).hasSameClassAs(bare);
        assertThat(telemetry.counted("linkspan.telemetry.errors")).isEmpty();
    }

    @Test
    void failures_of_a_transaction_reach_the_caller_as_they_are() {
        client.commitTransactionException = new ProducerFencedException("commit");
        client.abortTransactionException = new ProducerFencedException("abort");
        client.beginTransactionException = new ProducerFencedException("begin");

        assertThatThrownBy(producer::commitTransaction).isSameAs(client.commitTransactionException);
        assertThatThrownBy(producer::abortTransaction).isSameAs(client.abortTransactionException);
        assertThatThrownBy(producer::beginTransaction).isSameAs(client.beginTransactionException);

        FakeProducer<String, String> other = FakeProducer.silent();
        other.initTransactionException = new ProducerFencedException("init");
        assertThatThrownBy(kafka.wrap(other)::initTransactions).isSameAs(other.initTransactionException);
    }
}
