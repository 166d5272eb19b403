package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultAfterRollbackProcessor;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.MessageListener;
import org.springframework.kafka.transaction.KafkaTransactionManager;
import org.springframework.util.backoff.FixedBackOff;

/** Dead letters keep the headers of the record that failed; each hop links to the one before, and none is skipped. */
@ExtendWith(KafkaExtension.class)
@Tag("spring-kafka")
class KafkaSpringDeadLetterIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private KafkaSpring spring;
    private KafkaTemplate<String, String> template;
    private String orders;
    private String deadLetters;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        spring = new KafkaSpring(KafkaTelemetry.create(otel.openTelemetry()), kafka);
        template = spring.template();
        orders = kafka.topic();
        deadLetters = kafka.topic();
        await(template.send(orders, "penguin"));
    }

    private DeadLetterPublishingRecoverer recoverer(KafkaOperations<?, ?> operations) {
        return new DeadLetterPublishingRecoverer(
                operations, (record, failure) -> new TopicPartition(deadLetters, record.partition()));
    }

    private ConcurrentMessageListenerContainer<String, String> failing() {
        MessageListener<String, String> listener = record -> {
            throw new IllegalArgumentException("we do not sell " + record.value() + "s");
        };
        return spring.container(orders, listener);
    }

    private void listenToDeadLetters() {
        MessageListener<String, String> listener = record -> {};
        spring.container(deadLetters, listener).start();
    }

    @Test
    void a_dead_letter_links_to_its_own_send_and_that_to_the_send_it_came_from() {
        ConcurrentMessageListenerContainer<String, String> container = failing();
        container.setCommonErrorHandler(new DefaultErrorHandler(recoverer(template), new FixedBackOff(0, 1)));
        container.start();
        listenToDeadLetters();

        // a send, a poll and a process for each attempt, the dead letter's send, poll and process
        assertChain(otel.awaitSpans(8, KafkaSpring.PATIENCE));
    }

    @Test
    void so_it_does_when_the_failure_rolled_back_a_transaction() {
        var producers = spring.transactionalProducers();
        ConcurrentMessageListenerContainer<String, String> container = failing();
        container.getContainerProperties().setKafkaAwareTransactionManager(new KafkaTransactionManager<>(producers));
        container.setAfterRollbackProcessor(new DefaultAfterRollbackProcessor<>(
                recoverer(new KafkaTemplate<>(producers))::accept, new FixedBackOff(0, 1)));
        container.start();
        listenToDeadLetters();

        assertChain(otel.awaitSpans(8, KafkaSpring.PATIENCE));
    }

    private void assertChain(List<SpanData> spans) {
        SpanData send = one(spans, "send " + orders);
        List<SpanData> attempts = named(spans, "process " + orders);
        SpanData hop = one(spans, "send " + deadLetters);
        SpanData end = one(spans, "process " + deadLetters);
        assertThat(attempts)
                .hasSize(2)
                .allSatisfy(attempt -> assertThat(linksOf(attempt)).containsExactly(send.getSpanId()))
                .allSatisfy(attempt ->
                        assertThat(attempt.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR));
        assertThat(hop.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(hop.getParentSpanContext()).isEqualTo(attempts.get(1).getSpanContext());
        assertThat(linksOf(hop)).containsExactly(send.getSpanId());
        assertThat(linksOf(end)).containsExactly(hop.getSpanId());
        assertThat(end.getParentSpanContext().isValid()).isFalse();
        assertThat(linksOf(one(spans, "poll " + deadLetters))).containsExactly(hop.getSpanId());
        otel.assertThatSpans().propagates(deadLetters).followsConventions();
        otel.assertThatMetrics().hasSent(deadLetters, 1).hasConsumed(deadLetters, 1);
    }
}
