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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.DefaultAfterRollbackProcessor;
import org.springframework.kafka.listener.MessageListener;
import org.springframework.kafka.transaction.KafkaTransactionManager;
import org.springframework.util.backoff.FixedBackOff;

/** Transactions of Spring Kafka: those of a template, and those that a container makes around its listener. */
@ExtendWith(KafkaExtension.class)
@Tag("spring-kafka")
class KafkaSpringTransactionIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private KafkaSpring spring;
    private DefaultKafkaProducerFactory<String, String> producers;
    private KafkaTemplate<String, String> template;
    private String in;
    private String out;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        spring = new KafkaSpring(KafkaTelemetry.create(otel.openTelemetry()), kafka);
        producers = spring.transactionalProducers();
        template = new KafkaTemplate<>(producers);
        in = kafka.topic();
        out = kafka.topic();
    }

    @Test
    void what_a_template_sends_in_its_transaction_is_linked_once_committed() {
        List<String> heard = new CopyOnWriteArrayList<>();
        MessageListener<String, String> listener = record -> heard.add(record.value());
        boolean sent = template.executeInTransaction(operations -> {
            await(operations.send(in, "chair"));
            return await(operations.send(in, "table")) != null;
        });
        spring.container(in, listener).start();

        assertThat(sent).isTrue();
        List<SpanData> spans = otel.awaitSpans(5, KafkaSpring.PATIENCE);
        assertThat(heard).containsExactly("chair", "table");
        assertThat(named(spans, "process " + in).stream().flatMap(process -> linksOf(process).stream()))
                .containsExactlyElementsOf(named(spans, "send " + in).stream()
                        .map(SpanData::getSpanId)
                        .toList());
        otel.assertThatSpans().propagates(in).followsConventions();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void what_a_listener_does_in_the_containers_transaction_belongs_to_its_attempt(boolean interceptBeforeTransaction) {
        await(spring.template().send(in, "chair"));
        AtomicInteger attempts = new AtomicInteger();
        MessageListener<String, String> listener = record -> {
            // with the headers it came with, as a router would
            template.send(new ProducerRecord<>(out, null, null, null, record.value(), record.headers()));
            if (attempts.incrementAndGet() == 1) {
                throw new IllegalArgumentException("rolled back");
            }
        };
        ConcurrentMessageListenerContainer<String, String> container = spring.container(in, listener);
        container.setInterceptBeforeTx(interceptBeforeTransaction);
        container.getContainerProperties().setKafkaAwareTransactionManager(new KafkaTransactionManager<>(producers));
        container.setAfterRollbackProcessor(new DefaultAfterRollbackProcessor<>(new FixedBackOff(0, 1)));
        container.start();
        MessageListener<String, String> downstream = record -> {};
        spring.container(out, downstream).start();

        // a send; a poll, a process and a send for each attempt; one commit; poll and process of what was committed
        List<SpanData> spans = otel.awaitSpans(10, KafkaSpring.PATIENCE);
        SpanData send = one(spans, "send " + in);
        List<SpanData> processes = named(spans, "process " + in);
        List<SpanData> hops = named(spans, "send " + out);
        assertThat(processes).hasSize(2).allSatisfy(process -> {
            assertThat(process.getParentSpanContext().isValid()).isFalse();
            assertThat(linksOf(process)).containsExactly(send.getSpanId());
        });
        assertThat(processes)
                .extracting(process -> process.getStatus().getStatusCode())
                .containsExactly(StatusCode.ERROR, StatusCode.UNSET);
        assertThat(hops)
                .hasSize(2)
                .extracting(SpanData::getParentSpanContext)
                .containsExactlyInAnyOrder(
                        processes.get(0).getSpanContext(), processes.get(1).getSpanContext());
        assertThat(hops).allSatisfy(hop -> assertThat(linksOf(hop)).containsExactly(send.getSpanId()));
        SpanData committed = hops.stream()
                .filter(hop -> hop.getParentSpanId().equals(processes.get(1).getSpanId()))
                .findFirst()
                .orElseThrow();
        assertThat(linksOf(one(spans, "process " + out))).containsExactly(committed.getSpanId());
        SpanData commit = one(spans, "commit " + in);
        assertThat(commit.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(commit.getParentSpanContext()).isEqualTo(processes.get(1).getSpanContext());
    }
}
