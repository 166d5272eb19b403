package dev.linkspan.nats;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NatsSettlementTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final FakeConnection fake = new FakeConnection();
    private final Connection connection =
            NatsTelemetry.create(otel.openTelemetry()).wrap(fake.connection);
    private final NatsSettlement settlement = NatsSettlement.of(connection);

    private interface Work {
        void run() throws Exception;
    }

    /** Settles make spans inside others. */
    private static Span inHandler(Work work) throws Exception {
        Span span =
                otel.openTelemetry().getTracer("test").spanBuilder("handler").startSpan();
        try (Scope scope = span.makeCurrent()) {
            work.run();
        } finally {
            span.end();
        }
        return span;
    }

    private static List<SpanData> settles() {
        return otel.spans().stream()
                .filter(span -> !span.getName().equals("handler"))
                .toList();
    }

    @AfterEach
    void conventions() {
        otel.assertThatSpans().followsConventions();
    }

    @Test
    void each_way_to_settle_calls_the_message_s_own_inside_a_span_of_its_name() throws Exception {
        FakeMessage[] messages = {message(1), message(2), message(3), message(4), message(5), message(6)};
        inHandler(() -> {
            settlement.ack(messages[0]);
            settlement.ackSync(messages[1], Duration.ofSeconds(1));
            settlement.nak(messages[2]);
            settlement.nakWithDelay(messages[3], Duration.ofSeconds(5));
            settlement.term(messages[4]);
            settlement.inProgress(messages[5]);
        });

        assertThat(List.of(messages))
                .flatExtracting(message -> message.settled)
                .containsExactly("ack", "ackSync", "nak", "nak after PT5S", "term", "inProgress");
        assertThat(settles())
                .extracting(SpanData::getName)
                .containsExactly(
                        "ack orders", "ack orders", "nak orders", "nak orders", "term orders", "inProgress orders");
        assertThat(settles()).allSatisfy(span -> assertThat(span).hasKind(SpanKind.CLIENT));
    }

    @Test
    void ack_is_below_the_handler_s_span() throws Exception {
        Span handler = inHandler(() -> settlement.ack(message(1)));

        assertThat(settles())
                .singleElement()
                .satisfies(span -> assertThat(span.getParentSpanId())
                        .isEqualTo(handler.getSpanContext().getSpanId()));
    }

    @Test
    void batch_is_acked_and_naked_in_two_spans_by_what_became_of_each() throws Exception {
        List<FakeMessage> messages = List.of(message(1), message(2), message(3), message(4), message(5));
        inHandler(() -> settlement.settle(List.copyOf(messages), message -> sequence(message) % 2 == 1));

        assertThat(messages)
                .extracting(message -> message.settled)
                .containsExactly(List.of("ack"), List.of("nak"), List.of("ack"), List.of("nak"), List.of("ack"));
        assertThat(settles()).extracting(SpanData::getName).containsExactly("ack orders", "nak orders");
        assertThat(settles())
                .extracting(span -> span.getAttributes().get(Names.COUNT))
                .containsExactly(3L, 2L);
    }

    @Test
    void failed_messages_come_again_after_a_while_if_asked_for() throws Exception {
        FakeMessage failed = message(1);
        NatsSettlement.of(connection, Duration.ofSeconds(30)).settle(List.of(failed), message -> false);

        assertThat(failed.settled).containsExactly("nak after PT30S");
    }

    @Test
    void message_that_cannot_be_acked_keeps_no_other_from_it() throws Exception {
        IllegalStateException refusal = new IllegalStateException("closed");
        FakeMessage first = message(1).refusing(refusal);
        FakeMessage second = message(2);
        FakeMessage third = message(3);
        inHandler(() -> assertThatThrownBy(
                        () -> settlement.settle(List.of(first, second, third), message -> message != third))
                .isSameAs(refusal));

        assertThat(second.settled).containsExactly("ack");
        assertThat(third.settled).containsExactly("nak");
        assertThat(settles())
                .extracting(span -> span.getAttributes().get(Names.ERROR_TYPE))
                .containsExactly("java.lang.IllegalStateException", null);
    }

    @Test
    void failure_to_settle_one_comes_out_as_the_same_object_and_marks_the_span() throws Exception {
        IllegalStateException refusal = new IllegalStateException("closed");
        inHandler(() -> assertThatThrownBy(() -> settlement.ack(message(1).refusing(refusal)))
                .isSameAs(refusal));

        assertThat(settles())
                .extracting(span -> span.getAttributes().get(Names.ERROR_TYPE))
                .containsExactly("java.lang.IllegalStateException");
    }

    @Test
    void message_that_has_nothing_to_settle_makes_no_span_and_still_reaches_the_client() throws Exception {
        FakeMessage settled = message(1);
        FakeMessage core = FakeMessage.to("orders");
        inHandler(() -> {
            settlement.term(settled);
            settlement.ack(settled);
            settlement.ack(core);
            settlement.settle(List.of(settled, core), message -> true);
        });

        assertThat(settles()).extracting(SpanData::getName).containsExactly("term orders");
        assertThat(settled.settled).containsExactly("term", "ack", "ack");
        assertThat(core.settled).containsExactly("ack", "ack");
    }

    @Test
    void message_in_progress_can_still_be_settled() throws Exception {
        FakeMessage message = message(1);
        inHandler(() -> {
            settlement.inProgress(message);
            settlement.ack(message);
        });

        assertThat(settles()).hasSize(2);
    }

    @Test
    void bare_connection_settles_without_spans() throws Exception {
        FakeMessage message = message(1);
        FakeMessage failed = message(2);
        NatsSettlement bare = NatsSettlement.of(fake.connection);
        inHandler(() -> {
            bare.ack(message);
            bare.settle(List.of(failed), each -> false);
        });

        assertThat(message.settled).containsExactly("ack");
        assertThat(failed.settled).containsExactly("nak");
        assertThat(settles()).isEmpty();
    }

    @Test
    void wait_that_is_none_is_refused() {
        for (Duration none : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
            assertThatThrownBy(() -> NatsSettlement.of(connection, none))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(none.toString());
        }
    }

    private static long sequence(Message message) {
        return message.metaData().streamSequence();
    }

    private FakeMessage message(int sequence) {
        return FakeMessage.ofStream("orders", sequence, 1)
                .by(fake.connection, new FakeSubscription("orders", null, () -> null).subscription);
    }
}
