package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.linkspan.examples.spring.TracingRecordInterceptor;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.CompositeRecordInterceptor;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.MessageListener;
import org.springframework.kafka.listener.RecordInterceptor;
import org.springframework.util.backoff.FixedBackOff;

/** Templates and record listeners of Spring Kafka, traced by the interceptor of the examples. */
@ExtendWith(KafkaExtension.class)
@Tag("spring-kafka")
class KafkaSpringIT {

    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private KafkaTelemetry telemetry;
    private KafkaSpring spring;
    private KafkaTemplate<String, String> template;
    private String topic;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        telemetry = KafkaTelemetry.create(otel.openTelemetry());
        spring = new KafkaSpring(telemetry, kafka);
        template = spring.template();
        topic = kafka.topic(3);
    }

    private ConcurrentMessageListenerContainer<String, String> container(MessageListener<String, String> listener) {
        return spring.container(topic, listener);
    }

    private void send(int partition, String value) {
        await(template.send(topic, partition, null, value));
    }

    @Test
    void a_listener_runs_in_a_process_span_that_links_to_what_the_template_sent() {
        send(0, "chair");
        List<Span> current = new CopyOnWriteArrayList<>();
        container(record -> current.add(Span.current())).start();

        List<SpanData> spans = otel.awaitSpans(3, KafkaSpring.PATIENCE);
        SpanData send = one(spans, "send " + topic);
        SpanData process = one(spans, "process " + topic);
        assertThat(send.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(process.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(process.getParentSpanContext().isValid()).isFalse();
        assertThat(linksOf(process)).containsExactly(send.getSpanId());
        assertThat(current)
                .singleElement()
                .extracting(span -> span.getSpanContext().getSpanId())
                .isEqualTo(process.getSpanId());
        otel.assertThatSpans().propagates(topic).followsConventions();
        otel.assertThatMetrics().hasSent(topic, 1).hasConsumed(topic, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void each_attempt_is_a_span_of_its_own_that_ends_before_the_error_handler_waits(boolean seeks) {
        send(0, "chair");
        AtomicInteger attempts = new AtomicInteger();
        List<SpanData> endedBeforeTheWait = new CopyOnWriteArrayList<>();
        ConcurrentMessageListenerContainer<String, String> container = container(record -> {
            if (attempts.incrementAndGet() == 1) {
                throw new IllegalArgumentException("out of chairs");
            }
        });
        DefaultErrorHandler errors = new DefaultErrorHandler(new FixedBackOff(0, 1));
        errors.setRetryListeners((record, failure, attempt) -> endedBeforeTheWait.addAll(otel.spans()));
        errors.setSeekAfterError(seeks);
        container.setCommonErrorHandler(errors);
        container.start();

        // without a seek the container keeps the record, and does not poll for it again
        List<SpanData> spans = otel.awaitSpans(seeks ? 5 : 4, KafkaSpring.PATIENCE);
        String send = one(spans, "send " + topic).getSpanId();
        List<SpanData> processes = named(spans, "process " + topic);
        assertThat(processes)
                .hasSize(2)
                .allSatisfy(process -> assertThat(linksOf(process)).containsExactly(send))
                .allSatisfy(process ->
                        assertThat(process.getParentSpanContext().isValid()).isFalse());
        assertThat(processes.get(0).getAttributes().get(ERROR_TYPE))
                .isEqualTo(IllegalArgumentException.class.getName());
        assertThat(processes.get(1).getStatus()).isEqualTo(StatusData.unset());
        assertThat(named(endedBeforeTheWait, "process " + topic)).containsExactly(processes.get(0));
        assertThat(named(spans, "poll " + topic))
                .allSatisfy(poll ->
                        assertThat(poll.getParentSpanContext().isValid()).isFalse());
    }

    @Test
    void a_commit_for_each_record_belongs_to_its_process_span() {
        send(0, "chair");
        ConcurrentMessageListenerContainer<String, String> container = container(record -> {});
        container.getContainerProperties().setAckMode(ContainerProperties.AckMode.RECORD);
        container.start();

        List<SpanData> spans = otel.awaitSpans(4, KafkaSpring.PATIENCE);
        assertThat(one(spans, "commit " + topic).getParentSpanContext())
                .isEqualTo(one(spans, "process " + topic).getSpanContext());
    }

    @Test
    void threads_of_a_concurrent_container_are_each_in_the_span_of_their_own_record() {
        CyclicBarrier together = new CyclicBarrier(3);
        Map<Long, String> current = new ConcurrentHashMap<>();
        ConcurrentMessageListenerContainer<String, String> container = container(record -> {
            meet(together);
            current.put(
                    (long) record.partition(), Span.current().getSpanContext().getSpanId());
            meet(together);
        });
        container.setConcurrency(3);
        container.start();
        // a thread that waited for the others with a record in hand would hold up the rebalance that gives them theirs
        await().atMost(KafkaSpring.PATIENCE)
                .until(() -> container.getContainers().stream()
                        .allMatch(child -> child.getAssignedPartitions().size() == 1));
        for (int partition = 0; partition < 3; partition++) {
            send(partition, "to " + partition);
        }

        List<SpanData> spans = otel.awaitSpans(9, KafkaSpring.PATIENCE);
        AttributeKey<String> partition = AttributeKey.stringKey("messaging.destination.partition.id");
        Map<String, String> sends = new ConcurrentHashMap<>();
        named(spans, "send " + topic)
                .forEach(send -> sends.put(send.getAttributes().get(partition), send.getSpanId()));
        assertThat(named(spans, "process " + topic)).hasSize(3).allSatisfy(process -> {
            String of = process.getAttributes().get(partition);
            assertThat(linksOf(process)).containsExactly(sends.get(of));
            assertThat(current.get(Long.valueOf(of))).isEqualTo(process.getSpanId());
        });
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_container_that_stops_lets_the_span_end_with_its_listener() throws Exception {
        send(0, "chair");
        CountDownLatch listening = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ConcurrentMessageListenerContainer<String, String> container = container(record -> {
            listening.countDown();
            try {
                assertThat(release.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        container.start();
        assertThat(listening.await(30, TimeUnit.SECONDS)).isTrue();
        CountDownLatch stopped = new CountDownLatch(1);

        container.stop(stopped::countDown);

        assertThat(named(otel.spans(), "process " + topic)).isEmpty();
        release.countDown();
        assertThat(stopped.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(one(otel.awaitSpans(3, KafkaSpring.PATIENCE), "process " + topic)
                        .getStatus())
                .isEqualTo(StatusData.unset());
    }

    @Test
    void an_error_that_no_callback_tells_of_ends_the_span_too() {
        send(0, "chair");
        container(record -> {
                    throw new AssertionError("not even an exception");
                })
                .start();

        SpanData process = one(otel.awaitSpans(3, KafkaSpring.PATIENCE), "process " + topic);
        assertThat(process.getAttributes().get(ERROR_TYPE)).isEqualTo("_OTHER");
    }

    @Test
    void a_record_that_another_interceptor_drops_leaves_no_span_open() {
        send(0, "spam");
        send(0, "chair");
        List<String> heard = new ArrayList<>();
        ConcurrentMessageListenerContainer<String, String> container = container(record -> heard.add(record.value()));
        container.setRecordInterceptor(
                new CompositeRecordInterceptor<>(new TracingRecordInterceptor<>(telemetry), new NoSpam()));
        container.start();

        await().atMost(KafkaSpring.PATIENCE)
                .untilAsserted(() ->
                        assertThat(named(otel.spans(), "process " + topic)).hasSize(2));
        assertThat(heard).containsExactly("chair");
        assertThat(named(otel.spans(), "process " + topic))
                .allSatisfy(process ->
                        assertThat(process.getParentSpanContext().isValid()).isFalse());
    }

    private static final class NoSpam implements RecordInterceptor<String, String> {
        @Override
        public ConsumerRecord<String, String> intercept(
                ConsumerRecord<String, String> record, Consumer<String, String> consumer) {
            return record.value().equals("spam") ? null : record;
        }
    }
}
