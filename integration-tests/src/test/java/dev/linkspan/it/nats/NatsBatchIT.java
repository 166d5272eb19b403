package dev.linkspan.it.nats;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.nats.NatsBodies.body;
import static dev.linkspan.it.nats.NatsBodies.textOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.batch.BatchResult;
import dev.linkspan.nats.NatsSettlement;
import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.api.ConsumerInfo;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many messages as one span, settled by what became of each. */
@ExtendWith(NatsExtension.class)
class NatsBatchIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AttributeKey<Long> COUNT = AttributeKey.longKey("messaging.batch.message_count");

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private Connection connection;
    private BatchProcessor<Message> orders;
    private NatsSettlement settlement;
    private String subject;
    private JetStreamSubscription subscription;

    @BeforeEach
    void set_up(NatsClients nats) throws Exception {
        NatsTelemetry telemetry = NatsTelemetry.create(otel.openTelemetry());
        connection = telemetry.wrap(nats.connection());
        orders = BatchProcessor.create(telemetry.messages());
        settlement = NatsSettlement.of(connection);
        subject = nats.uniqueName();
        nats.stream(subject);
        subscription = connection
                .jetStream()
                .subscribe(
                        subject,
                        PullSubscribeOptions.builder().durable("billing").build());
    }

    private List<Message> publishAndFetch(int messages) throws Exception {
        for (int i = 0; i < messages; i++) {
            connection.jetStream().publish(subject, body(Integer.toString(i)));
        }
        return subscription.fetch(messages, PATIENCE);
    }

    private void assertAllSettled() {
        Awaitility.await()
                .untilAsserted(() -> assertThat(subscription.getConsumerInfo())
                        .returns(0L, ConsumerInfo::getNumAckPending)
                        .returns(0L, ConsumerInfo::getNumPending));
    }

    @Test
    void a_batch_is_one_span_with_a_link_to_each_publisher_and_one_ack_span_below_it() throws Exception {
        List<Message> messages = publishAndFetch(20);
        orders.process(messages, batch -> batch.forEach(message -> {}), settlement::settle);

        assertAllSettled();
        List<SpanData> spans = otel.awaitSpans(20 + 1 + 1 + 1);
        SpanData process = one(spans, "process " + subject);
        assertThat(linksOf(process))
                .containsExactlyElementsOf(named(spans, "publish " + subject).stream()
                        .map(SpanData::getSpanId)
                        .toList());
        SpanData ack = one(spans, "ack " + subject);
        assertThat(ack.getParentSpanId()).isEqualTo(process.getSpanId());
        assertThat(ack.getAttributes().get(COUNT)).isEqualTo(20);
        otel.assertThatSpans().propagates(subject).followsConventions();
        otel.assertThatMetrics().hasConsumed(subject, 20);
    }

    @Test
    void what_failed_comes_again_and_nothing_else() throws Exception {
        List<Message> messages = publishAndFetch(6);
        BatchResult<Message> result = orders.process(
                messages,
                batch -> batch.forEach(message -> {
                    if (Integer.parseInt(textOf(message)) % 3 == 0) {
                        throw new IllegalStateException("no stock");
                    }
                }),
                settlement::settle);

        List<Message> again = subscription.fetch(2, PATIENCE);
        assertThat(again).extracting(NatsBodies::textOf).containsExactlyInAnyOrder("0", "3");
        assertThat(again)
                .allSatisfy(message ->
                        assertThat(message.metaData().deliveredCount()).isEqualTo(2));
        orders.process(again, batch -> batch.forEach(message -> {}), settlement::settle);

        assertAllSettled();
        assertThat(result.failed()).hasSize(2);
        List<SpanData> spans = otel.awaitSpans(6 + 2 + 2 + 3);
        assertThat(named(spans, "ack " + subject))
                .extracting(span -> span.getAttributes().get(COUNT))
                .containsExactly(4L, 2L);
        assertThat(named(spans, "nak " + subject))
                .extracting(span -> span.getAttributes().get(COUNT))
                .containsExactly(2L);
    }

    @Test
    void a_batch_whose_handler_throws_comes_again_whole() throws Exception {
        List<Message> messages = publishAndFetch(3);
        IllegalStateException failure = new IllegalStateException("the warehouse is closed");
        assertThatThrownBy(() -> orders.process(
                        messages,
                        batch -> {
                            throw failure;
                        },
                        settlement::settle))
                .isSameAs(failure);

        assertThat(subscription.fetch(3, PATIENCE)).hasSize(3).allSatisfy(message -> {
            assertThat(message.metaData().deliveredCount()).isEqualTo(2);
            message.ack();
        });
        assertAllSettled();
        assertThat(one(otel.awaitSpans(3 + 2 + 2), "nak " + subject)
                        .getAttributes()
                        .get(COUNT))
                .isEqualTo(3);
    }
}
