package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.FixedBackOff;

/** Batch listeners of Spring Kafka, traced by the interceptor of the examples. */
@ExtendWith(KafkaExtension.class)
@Tag("spring-kafka")
class KafkaSpringBatchIT {

    private static final AttributeKey<Long> MESSAGES = AttributeKey.longKey("messaging.batch.message_count");
    private static final AttributeKey<Long> LEFT_OUT = AttributeKey.longKey("linkspan.links.left_out");
    private static final int RECORDS = 10;

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private KafkaSpring spring;
    private KafkaTemplate<String, String> template;
    private String topic;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        KafkaTelemetry telemetry = KafkaTelemetry.builder(otel.openTelemetry())
                .policy(p -> p.maxLinks(4))
                .build();
        spring = new KafkaSpring(telemetry, kafka);
        template = spring.template();
        topic = kafka.topic();
        for (int i = 0; i < RECORDS; i++) {
            await(template.send(topic, "order " + i));
        }
    }

    private ConcurrentMessageListenerContainer<String, String> container(
            BatchMessageListener<String, String> listener) {
        return spring.container(topic, listener);
    }

    @Test
    void a_batch_is_one_process_span_with_bounded_links_and_its_commit_belongs_to_it() {
        container(records -> assertThat(records).hasSize(RECORDS)).start();

        List<SpanData> spans = otel.awaitSpans(RECORDS + 3, KafkaSpring.PATIENCE);
        SpanData process = one(spans, "process " + topic);
        List<String> sends =
                named(spans, "send " + topic).stream().map(SpanData::getSpanId).toList();
        assertThat(process.getStatus()).isEqualTo(StatusData.unset());
        assertThat(process.getParentSpanContext().isValid()).isFalse();
        assertThat(process.getAttributes().get(MESSAGES)).isEqualTo(RECORDS);
        assertThat(linksOf(process)).hasSize(4).startsWith(sends.get(0)).isSubsetOf(sends);
        assertThat(process.getAttributes().get(LEFT_OUT)).isEqualTo(RECORDS - 4);
        assertThat(one(spans, "commit " + topic).getParentSpanContext()).isEqualTo(process.getSpanContext());
        otel.assertThatSpans()
                .destination(topic)
                .hasBatches(RECORDS)
                .hasAtMostLinks(4)
                .hasNoProducerAsAncestor();
    }

    @Test
    void each_call_of_the_listener_is_a_span_and_its_dead_letters_belong_to_the_last_one(KafkaClients kafka) {
        String deadLetters = kafka.topic();
        AtomicInteger calls = new AtomicInteger();
        ConcurrentMessageListenerContainer<String, String> container = container(records -> {
            calls.incrementAndGet();
            throw new IllegalArgumentException("out of everything");
        });
        List<SpanContext> recovered = new CopyOnWriteArrayList<>();
        DeadLetterPublishingRecoverer recoverer =
                new DeadLetterPublishingRecoverer(template, (record, failure) -> new TopicPartition(deadLetters, 0));
        container.setCommonErrorHandler(new DefaultErrorHandler(
                (ConsumerRecord<?, ?> record, Exception failure) -> {
                    recovered.add(Span.current().getSpanContext());
                    recoverer.accept(record, failure);
                },
                new FixedBackOff(0, 1)));
        container.start();

        // 10 sends, a poll, 2 attempts, 10 dead letters
        List<SpanData> spans = otel.awaitSpans(2 * RECORDS + 3, KafkaSpring.PATIENCE);
        List<SpanData> processes = named(spans, "process " + topic);
        assertThat(calls).hasValue(2);
        assertThat(processes)
                .hasSize(2)
                .allSatisfy(process ->
                        assertThat(process.getParentSpanContext().isValid()).isFalse())
                .allSatisfy(process -> assertThat(process.getAttributes().get(AttributeKey.stringKey("error.type")))
                        .isEqualTo(IllegalArgumentException.class.getName()));
        SpanContext last = processes.get(1).getSpanContext();
        assertThat(recovered).hasSize(RECORDS).containsOnly(last);
        List<String> sends =
                named(spans, "send " + topic).stream().map(SpanData::getSpanId).toList();
        List<SpanData> hops = named(spans, "send " + deadLetters);
        assertThat(hops)
                .hasSize(RECORDS)
                .allSatisfy(hop -> assertThat(hop.getParentSpanContext()).isEqualTo(last));
        assertThat(hops.stream().flatMap(hop -> linksOf(hop).stream())).containsExactlyElementsOf(sends);
    }
}
