package dev.linkspan.kafka;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Polls that bring no records. */
class KafkaPollFailureTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void empty_poll_leaves_no_trace() {
        assertThat(kafka.wrap(new FakeConsumer()).poll(TIMEOUT)).isSameAs(ConsumerRecords.EMPTY);
        assertNothingWasRecorded();
    }

    @Test
    void wakeup_reaches_the_caller_as_it_is_and_leaves_no_trace() {
        WakeupException wakeup = new WakeupException();
        assertThatThrownBy(() -> kafka.wrap(failing(wakeup)).poll(TIMEOUT)).isSameAs(wakeup);
        assertNothingWasRecorded();
    }

    @Test
    void interrupt_reaches_the_caller_as_it_is_with_the_flag_set_and_leaves_no_trace() {
        InterruptException interrupt = new InterruptException("stop");
        assertThat(Thread.interrupted()).isTrue();
        FakeConsumer client = new FakeConsumer().next(() -> {
            Thread.currentThread().interrupt();
            throw interrupt;
        });

        assertThatThrownBy(() -> kafka.wrap(client).poll(TIMEOUT)).isSameAs(interrupt);
        assertThat(Thread.interrupted()).isTrue();
        assertNothingWasRecorded();
    }

    @Test
    void other_failures_reach_the_caller_as_they_are_and_make_an_error_span() {
        KafkaException failure = new KafkaException("no group");
        assertThatThrownBy(() -> kafka.wrap(failing(failure)).poll(TIMEOUT)).isSameAs(failure);

        assertThat(telemetry.span())
                .hasName("poll")
                .hasKind(SpanKind.CLIENT)
                .hasException(failure)
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "kafka")
                        .put("messaging.operation.name", "poll")
                        .put("messaging.operation.type", "receive")
                        .put("messaging.consumer.group.name", "billing")
                        .put("error.type", "org.apache.kafka.common.KafkaException")
                        .build());
        assertThat(telemetry.total("messaging.client.consumed.messages")).isZero();
    }

    @Test
    void error_of_the_client_reaches_the_caller_as_it_is() {
        StackOverflowError failure = new StackOverflowError();
        FakeConsumer client = new FakeConsumer().next(() -> {
            throw failure;
        });
        assertThatThrownBy(() -> kafka.wrap(client).poll(TIMEOUT)).isSameAs(failure);
    }

    private static FakeConsumer failing(RuntimeException failure) {
        return new FakeConsumer().next(() -> {
            throw failure;
        });
    }

    private void assertNothingWasRecorded() {
        assertThat(telemetry.spans()).isEmpty();
        assertThat(telemetry.measured("messaging.client.operation.duration")).isEmpty();
        assertThat(telemetry.counted("messaging.client.consumed.messages")).isEmpty();
    }
}
