package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.it.Observations;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.MessageListener;
import org.springframework.util.backoff.FixedBackOff;

/** Spring's own observation and Linkspan at once, bridged to the same OpenTelemetry: twice the spans, but none astray. */
@ExtendWith(KafkaExtension.class)
@Tag("spring-kafka")
class KafkaSpringObservationIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private KafkaSpring spring;
    private ObservationRegistry observations;
    private String topic;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        spring = new KafkaSpring(KafkaTelemetry.create(otel.openTelemetry()), kafka);
        observations = Observations.bridgedTo(otel.openTelemetry());
        topic = kafka.topic();
    }

    private KafkaTemplate<String, String> observedTemplate() {
        KafkaTemplate<String, String> template = spring.template();
        template.setObservationEnabled(true);
        template.setObservationRegistry(observations);
        return template;
    }

    private ConcurrentMessageListenerContainer<String, String> observedContainer(
            MessageListener<String, String> listener) {
        ConcurrentMessageListenerContainer<String, String> container = spring.container(topic, listener);
        container.getContainerProperties().setObservationEnabled(true);
        container.getContainerProperties().setObservationRegistry(observations);
        return container;
    }

    @Test
    void an_observed_template_keeps_its_context_in_the_record_and_the_send_span_links_to_it() {
        await(observedTemplate().send(topic, "chair"));
        MessageListener<String, String> listener = record -> {};
        spring.container(topic, listener).start();

        List<SpanData> spans = otel.awaitSpans(4, KafkaSpring.PATIENCE);
        SpanData send = one(spans, "send " + topic);
        SpanData observed = spans.stream()
                .filter(span -> span.getKind() == SpanKind.PRODUCER)
                .findFirst()
                .orElseThrow();
        assertThat(send.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(send.getParentSpanContext()).isEqualTo(observed.getSpanContext());
        assertThat(linksOf(send)).containsExactly(observed.getSpanId());
        assertThat(linksOf(one(spans, "process " + topic))).containsExactly(observed.getSpanId());
    }

    @Test
    void an_observed_container_adds_a_span_around_ours_and_leaves_nothing_current(KafkaClients kafka) {
        String deadLetters = kafka.topic();
        KafkaTemplate<String, String> template = spring.template();
        await(template.send(topic, "penguin"));
        AtomicInteger attempts = new AtomicInteger();
        ConcurrentMessageListenerContainer<String, String> container = observedContainer(record -> {
            attempts.incrementAndGet();
            throw new IllegalArgumentException("we do not sell " + record.value() + "s");
        });
        container.setCommonErrorHandler(new DefaultErrorHandler(
                new DeadLetterPublishingRecoverer(
                        template, (record, failure) -> new TopicPartition(deadLetters, record.partition())),
                new FixedBackOff(0, 1)));
        container.start();

        // a send; a poll, an observation and a process for each attempt; the dead letter's send
        List<SpanData> spans = otel.awaitSpans(8, KafkaSpring.PATIENCE);
        SpanData send = one(spans, "send " + topic);
        List<SpanData> processes = named(spans, "process " + topic);
        assertThat(processes).hasSize(2).allSatisfy(process -> {
            SpanData observed = parentOf(process, spans);
            assertThat(observed.getParentSpanContext().getSpanId()).isEqualTo(send.getSpanId());
            assertThat(linksOf(process)).containsExactly(send.getSpanId());
        });
        SpanData hop = one(spans, "send " + deadLetters);
        assertThat(parentOf(hop, spans)).isEqualTo(parentOf(processes.get(1), spans));
        assertThat(named(spans, "poll " + topic))
                .hasSize(2)
                .allSatisfy(poll ->
                        assertThat(poll.getParentSpanContext().isValid()).isFalse());
    }

    private static SpanData parentOf(SpanData child, List<SpanData> spans) {
        return spans.stream()
                .filter(span -> span.getSpanId().equals(child.getParentSpanId()))
                .findFirst()
                .orElseThrow();
    }
}
